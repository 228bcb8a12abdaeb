import type { AzureCredential } from '#platform/credential.ts';
import type { Secrets } from '#platform/secrets.ts';
import { answerOf, type Check, type Finding, failed, found, ok, skipped, warning } from './finding.ts';

const MONITOR_SCOPE = 'https://monitor.azure.com/.default';
const NAME = 'policycortex-doctor';

export type IdentityPorts = {
  readonly credential: AzureCredential;
  /** Undefined where writing is off. */
  readonly writer: AzureCredential | undefined;
  readonly secrets: Secrets;
  readonly resourceManagerEndpoint: string;
  readonly telemetry: string | undefined;
  readonly isLocal: boolean;
};

/** Tokens of both identities, the vault, and the door of Application Insights. */
export function identityChecks(ports: IdentityPorts): Check[] {
  const { credential, writer, secrets, telemetry, isLocal } = ports;
  const scope = `${new URL(ports.resourceManagerEndpoint).origin}/.default`;

  async function token(subject: string, from: AzureCredential | undefined): Promise<Finding> {
    if (ports.resourceManagerEndpoint.startsWith('http://'))
      return skipped('identity', subject, 'emulators ask for no token');
    if (!from) return ok('identity', subject, 'writing is off');
    return found(
      async () => {
        await from.getToken(scope);
        return ok('identity', subject, 'gets tokens');
      },
      (error) =>
        failed('identity', subject, {
          detail: `gets no token: ${answerOf(error).words}`,
          mend: 'azd provision (it attaches the identity and sets its client id)',
        }),
    );
  }

  return [
    { name: 'identity', run: () => Promise.all([token('reader', credential), token('writer', writer)]) },
    { name: 'secrets', run: async () => [await tryVault(secrets, isLocal)] },
    { name: 'telemetry', run: async () => [await tryTelemetry(telemetry, credential, isLocal)] },
  ];
}

function tryVault(secrets: Secrets, isLocal: boolean): Promise<Finding> {
  return found(
    async () => {
      await secrets.get(NAME);
      await secrets.delete(NAME);
      return ok('secrets', 'vault', 'read and written');
    },
    (error) => {
      const { status, words } = answerOf(error);
      const isRefused = status === 401 || status === 403;
      return failed('secrets', 'vault', {
        detail: isRefused
          ? 'refused: the role Key Vault Secrets Officer is not granted'
          : `does not answer: ${words}`,
        mend: isLocal ? 'npm start' : 'azd provision; where the vault was deleted, with RECOVER_VAULT=true',
      });
    },
  );
}

/** Sends one measurement, `policycortex.doctor`. */
async function tryTelemetry(
  connectionString: string | undefined,
  credential: AzureCredential,
  isLocal: boolean,
): Promise<Finding> {
  if (!connectionString && isLocal) return skipped('telemetry', 'Application Insights', 'none in local mode');
  if (!connectionString)
    return warning('telemetry', 'Application Insights', {
      detail: 'APPLICATIONINSIGHTS_CONNECTION_STRING is not set: no alert can be raised',
      mend: 'azd provision',
    });
  return found(
    async () => {
      const status = await sendMeasurement(connectionString, credential);
      if (status === 200) return ok('telemetry', 'Application Insights', 'takes measurements');
      const isRefused = status === 401 || status === 403;
      return failed('telemetry', 'Application Insights', {
        detail: isRefused
          ? 'refused: the role Monitoring Metrics Publisher is not granted'
          : `answers ${status}`,
        mend: 'azd provision (it assigns Monitoring Metrics Publisher)',
      });
    },
    (error) =>
      failed('telemetry', 'Application Insights', {
        detail: `does not answer: ${answerOf(error).words}`,
        mend: 'check the way out of the network to Azure Monitor',
      }),
  );
}

async function sendMeasurement(connectionString: string, credential: AzureCredential): Promise<number> {
  const parts = new Map(
    connectionString.split(';').map((part) => {
      const [name = '', ...value] = part.split('=');
      return [name.toLowerCase(), value.join('=')] as const;
    }),
  );
  const key = parts.get('instrumentationkey') ?? '';
  const metrics = [{ name: 'policycortex.doctor', value: 1, count: 1 }];
  const envelope = {
    name: 'Microsoft.ApplicationInsights.Metric',
    time: new Date().toISOString(),
    iKey: key,
    data: { baseType: 'MetricData', baseData: { ver: 2, metrics } },
  };
  const token = await credential.getToken(MONITOR_SCOPE);
  const response = await fetch(new URL('/v2.1/track', parts.get('ingestionendpoint')), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token?.token}` },
    body: JSON.stringify([envelope]),
  });
  await response.body?.cancel();
  return response.status;
}
