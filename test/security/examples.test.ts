import { describeExamples } from '../support/docExamples.ts';

describeExamples('docs/security.md', /^\/api\/v1\/(security\/|connectors|compliance\/agreement)/);
