import { describeExamples } from '../support/docExamples.ts';

describeExamples('docs/monitor.md', /^\/api\/v1\/(activity|resource-health|service-health)/);
