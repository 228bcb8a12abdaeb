import type { Figure } from '../figure.ts';
import { auth } from './auth.ts';
import { broker } from './broker.ts';
import { bundle } from './bundle.ts';
import { change } from './change.ts';
import { compliance } from './compliance.ts';
import { complianceChange } from './complianceChange.ts';
import { costAnomalies } from './costAnomalies.ts';
import { get } from './get.ts';
import { list, listMillion } from './list.ts';
import { memory, memoryMillion } from './memory.ts';
import { metrics } from './metrics.ts';
import { policy } from './policy.ts';
import { security } from './security.ts';
import { start } from './start.ts';
import { sync } from './sync.ts';
import { webhooks } from './webhooks.ts';
import { webhooksHang } from './webhooksHang.ts';
import { webhooksLatency } from './webhooksLatency.ts';
import { webhooksHundredThousand, webhooksMillion } from './webhooksMany.ts';

/** Every figure, in the order in which they run: a new one is a file and a line. */
export const figures: readonly Figure[] = [
  sync,
  memory,
  memoryMillion,
  list,
  listMillion,
  get,
  auth,
  change,
  compliance,
  complianceChange,
  broker,
  bundle,
  metrics,
  policy,
  costAnomalies,
  start,
  security,
  webhooks,
  webhooksHang,
  webhooksLatency,
  webhooksHundredThousand,
  webhooksMillion,
];
