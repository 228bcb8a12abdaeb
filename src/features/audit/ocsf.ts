import type { ApiActivity, AuditEntry } from './schema.ts';

const ACTIVITIES: Readonly<Record<string, readonly [id: number, name: string]>> = {
  POST: [1, 'Create'],
  GET: [2, 'Read'],
  PUT: [3, 'Update'],
  PATCH: [3, 'Update'],
  DELETE: [4, 'Delete'],
};
const CLASS_UID = 6003;
const VERSION = '1.3.0';
/** User type: of a person `User`, of a program `System` (OCSF dictionary, user.type_id). */
const USER_TYPES = { user: 1, key: 3, workload: 3, anonymous: 0 } as const;

/** An entry as an event of OCSF 1.3, class API Activity (https://schema.ocsf.io/1.3.0/classes/api_activity). */
export function toOcsf(entry: AuditEntry, tenantId: string): ApiActivity {
  const [activity, name] = ACTIVITIES[entry.method] ?? [99, 'Other'];
  const isSuccess = entry.outcome === 'success';
  const { actor, source } = entry;
  return {
    class_uid: CLASS_UID,
    class_name: 'API Activity',
    category_uid: 6,
    category_name: 'Application Activity',
    activity_id: activity,
    activity_name: name,
    type_uid: CLASS_UID * 100 + activity,
    type_name: `API Activity: ${name}`,
    severity_id: entry.outcome === 'refused' ? 3 : 1,
    severity: entry.outcome === 'refused' ? 'Medium' : 'Informational',
    status_id: isSuccess ? 1 : 2,
    status: isSuccess ? 'Success' : 'Failure',
    status_code: String(entry.status),
    ...(entry.reason !== undefined && { status_detail: entry.reason }),
    time: Date.parse(entry.time),
    ...(entry.repeated !== undefined && { count: entry.repeated }),
    metadata: {
      version: VERSION,
      uid: entry.id,
      sequence: entry.seq,
      correlation_uid: entry.correlation_id,
      tenant_uid: tenantId,
      logged_time: Date.parse(entry.time),
      log_name: 'audit',
      product: { name: 'PolicyCortex', vendor_name: 'PolicyCortex' },
    },
    actor: { user: { uid: actor.id, name: actor.name, type_id: USER_TYPES[actor.kind] } },
    api: {
      operation: entry.action,
      service: { name: 'PolicyCortex' },
      request: { uid: entry.correlation_id },
      response: { code: entry.status, ...(entry.reason !== undefined && { error_message: entry.reason }) },
    },
    http_request: {
      http_method: entry.method,
      url: { path: entry.path },
      ...(source.user_agent && { user_agent: source.user_agent }),
    },
    src_endpoint: source.address ? { ip: source.address } : { name: 'unknown' },
    ...resourcesOf(entry),
    unmapped: {
      request: entry.request,
      before: entry.before,
      after: entry.after,
      previous_hash: entry.previous_hash,
      hash: entry.hash,
    },
  };
}

function resourcesOf({ params }: AuditEntry): Pick<ApiActivity, 'resources'> {
  const ids = Object.values((params ?? {}) as Record<string, unknown>).map(String);
  return ids.length === 0 ? {} : { resources: ids.map((uid) => ({ uid })) };
}
