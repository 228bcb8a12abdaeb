import type { JsonObject, Resource } from '../estate/model.ts';
import { Random } from '../estate/random.ts';
import type { Change } from '../state/change.ts';
import type { Estate } from '../state/estate.ts';
import { affectedBy } from './affected.ts';
import { judgeRow } from './judge.ts';
import { guidOf } from './render.ts';

export type SimulatedAlert = {
  readonly id: string;
  readonly name: string;
  readonly subscriptionId: string;
  readonly properties: JsonObject;
  status: string;
};

/** Statuses by action (alerts 2022-01-01). */
const STATUS_OF: Readonly<Record<string, string>> = {
  activate: 'Active',
  dismiss: 'Dismissed',
  inprogress: 'InProgress',
  resolve: 'Resolved',
};
/** .NET ticks of 9999-12-31 minus those of 1970-01-01: names of alerts begin with the time counted backwards. */
const MAX_TICKS = 2_534_023_007_999_999_999n;
const KEPT = 5_000;

/** An alert of Microsoft's ("Security alerts reference guide") that a kind of exposure brings about here. */
type AlertType = {
  readonly assessment: string;
  readonly alertType: string;
  readonly displayName: string;
  readonly severity: string;
  readonly intent: string;
  readonly technique: string;
};
const TYPES: readonly AlertType[] = [
  {
    assessment: '51fd8bb1-0db4-bbf1-7e2b-cfcba7eb66a6',
    alertType: 'Storage.Blob_OpenContainersScanning.SuccessfulDiscovery',
    displayName: 'Publicly accessible storage containers successfully discovered',
    severity: 'High',
    intent: 'Collection',
    technique: 'T1530',
  },
  {
    assessment: 'bc303248-3d14-44c2-96a0-55f5c326b5fe',
    alertType: 'VM_LoginBruteForceSuccess',
    displayName: 'Successful brute force attack',
    severity: 'High',
    intent: 'Exploitation',
    technique: 'T1110',
  },
  {
    assessment: '4ed62ae4-5072-f9e7-8d94-51c76c48159a',
    alertType: 'KV_PutGetAnomaly',
    displayName: 'Unusual policy change and secret query in a key vault',
    severity: 'Medium',
    intent: 'CredentialAccess',
    technique: 'T1555',
  },
];
const LOCATION = 'westeurope';

/** The alerts of the estate: what is exposed draws attacks. They live as long as the process. */
export class Alerts {
  readonly #estate: Estate;
  readonly #seed: number;
  readonly #alerts = new Map<string, SimulatedAlert>();
  readonly #listeners: ((alert: SimulatedAlert) => void)[] = [];

  constructor(estate: Estate, seed: number) {
    this.#estate = estate;
    this.#seed = seed;
  }

  /** Calls back for every alert that is new or has another status. */
  onAlert(listener: (alert: SimulatedAlert) => void): void {
    this.#listeners.push(listener);
  }

  list(subscriptionId: string): SimulatedAlert[] {
    const lower = subscriptionId.toLowerCase();
    return [...this.#alerts.values()].filter((alert) => alert.subscriptionId === lower);
  }

  find(id: string): SimulatedAlert | undefined {
    return this.#alerts.get(id.toLowerCase());
  }

  /** False for an action that does not exist. */
  act(alert: SimulatedAlert, action: string): boolean {
    const status = STATUS_OF[action.toLowerCase()];
    if (status === undefined) return false;
    alert.status = status;
    for (const listener of this.#listeners) listener(alert);
    return true;
  }

  /** A change that leaves its resource exposed makes an alert, mostly. */
  onChange(change: Change): void {
    if (change.kind === 'Delete' || change.scope !== 'resource') return;
    const random = new Random(this.#seed, 31, change.sequence);
    for (const resource of affectedBy(this.#estate, change).slice(0, 1)) {
      const type = TYPES.find(({ assessment }) => this.#isUnhealthy(resource, assessment));
      if (type && random.chance(0.7)) this.raise(resource, type.alertType, change.at);
    }
  }

  /** @returns undefined for an alert type that does not exist here */
  raise(resource: Resource, alertType: string, at: string): SimulatedAlert | undefined {
    const type = TYPES.find((one) => one.alertType === alertType);
    if (!type) return undefined;
    const alert = toAlert(resource, type, at);
    this.#alerts.set(alert.id.toLowerCase(), alert);
    if (this.#alerts.size > KEPT) this.#alerts.delete(this.#alerts.keys().next().value ?? '');
    for (const listener of this.#listeners) listener(alert);
    return alert;
  }

  #isUnhealthy(resource: Resource, key: string): boolean {
    const [, , subscription = '', , group = ''] = resource.id.split('/');
    const id = this.#estate.subscription(subscription)?.id ?? '';
    const row = this.#estate
      .rows(id, group.toLowerCase())
      .find((one) => one.key === resource.id.toLowerCase());
    return (
      row !== undefined &&
      judgeRow(this.#estate, row).some(
        ({ type, judgement }) => type.key === key && judgement.verdict === 'Unhealthy',
      )
    );
  }
}

function toAlert(resource: Resource, type: AlertType, at: string): SimulatedAlert {
  const [, , subscription = '', , group = ''] = resource.id.split('/');
  const ticks = MAX_TICKS - BigInt(Date.parse(at)) * 10_000n;
  const name = `${ticks}_${guidOf(`${resource.id}|${type.alertType}|${at}`)}`;
  const id = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Security/locations/${LOCATION}/alerts/${name}`;
  return {
    id,
    name,
    subscriptionId: subscription.toLowerCase(),
    status: 'Active',
    properties: {
      version: '2022-01-01',
      alertType: type.alertType,
      systemAlertId: name,
      productComponentName: 'Microsoft Defender for Cloud',
      alertDisplayName: type.displayName,
      description: `${type.displayName} on ${resource.name}.`,
      severity: type.severity,
      intent: type.intent,
      startTimeUtc: at,
      endTimeUtc: at,
      resourceIdentifiers: [{ azureResourceId: resource.id, type: 'AzureResource' }],
      remediationSteps: [
        '1. Find out who made the change',
        '2. Take it back',
        '3. Look for what was reached meanwhile',
      ],
      vendorName: 'Microsoft',
      alertUri: `https://portal.azure.com/#blade/Microsoft_Azure_Security_AzureDefenderForData/AlertBlade/alertId/${name}/subscriptionId/${subscription}/resourceGroup/${group}/referencedFrom/alertDeepLink/location/${LOCATION}`,
      timeGeneratedUtc: at,
      productName: 'Microsoft Defender for Cloud',
      processingEndTimeUtc: at,
      entities: [{ type: 'azure-resource', resourceId: resource.id }],
      isIncident: false,
      correlationKey: guidOf(name),
      compromisedEntity: resource.name,
      techniques: [type.technique],
      extendedProperties: { resourceType: resource.type },
    },
  };
}
