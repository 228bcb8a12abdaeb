/** What a rule looks at: a document of the inventory. */
export type IdleDocument = {
  readonly type: string;
  readonly sku?: unknown;
  readonly properties?: unknown;
};
export type IdleRuleName = (typeof IDLE_RULES)[number]['name'];

type Bag = Readonly<Record<string, unknown>>;
type IdleRule = {
  readonly name: string;
  readonly title: string;
  /** Resource type in lower case. */
  readonly type: string;
  /** What Microsoft says of it. */
  readonly source: string;
  readonly next: string;
  /** Why the resource is idle; undefined where it is not, or where the document does not tell. */
  readonly reasonOf: (document: IdleDocument) => string | undefined;
};

/** Plans of these tiers cost nothing while nothing runs on them ("Azure App Service plan overview"). */
const FREE_TIERS: ReadonlySet<string> = new Set(['free', 'shared', 'dynamic', 'flexconsumption']);

export const IDLE_RULES = [
  {
    name: 'unattached_disk',
    title: 'Managed disk that no machine uses',
    type: 'microsoft.compute/disks',
    source:
      'https://learn.microsoft.com/azure/virtual-machines/disks-find-unattached-portal: diskState Unattached is billed as if it were attached',
    next: 'take a snapshot if the data may be needed, then delete the disk',
    reasonOf: ({ properties }) =>
      textOf(bag(properties).diskState) === 'unattached' ? 'diskState is Unattached' : undefined,
  },
  {
    name: 'unattached_public_ip',
    title: 'Public IP address that nothing uses',
    type: 'microsoft.network/publicipaddresses',
    source:
      'https://learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses: a static address is billed as long as it exists',
    next: 'delete the address, unless it is reserved for something to come',
    reasonOf: ({ properties }) => {
      const { ipConfiguration, natGateway, linkedPublicIPAddress } = bag(properties);
      if (properties === undefined || ipConfiguration || natGateway || linkedPublicIPAddress)
        return undefined;
      return 'it has no ipConfiguration and no natGateway';
    },
  },
  {
    name: 'stopped_not_deallocated_vm',
    title: 'Virtual machine that is stopped, but not deallocated',
    type: 'microsoft.compute/virtualmachines',
    source:
      'https://learn.microsoft.com/azure/virtual-machines/states-billing: PowerState/stopped is billed, PowerState/deallocated is not',
    next: 'az vm deallocate --ids RESOURCE_ID',
    reasonOf: ({ properties }) =>
      powerStateOf(properties) === 'powerstate/stopped' ? 'its power state is PowerState/stopped' : undefined,
  },
  {
    name: 'empty_app_service_plan',
    title: 'App Service plan without an app',
    type: 'microsoft.web/serverfarms',
    source:
      'https://learn.microsoft.com/azure/app-service/app-service-plan-manage: a plan without apps is still billed for its instances',
    next: 'delete the plan, or move apps of another plan to it',
    reasonOf: ({ sku, properties }) => {
      const tier = textOf(bag(sku).tier);
      if (bag(properties).numberOfSites !== 0 || tier === undefined || FREE_TIERS.has(tier)) return undefined;
      return 'numberOfSites is 0';
    },
  },
] as const satisfies readonly IdleRule[];

const BY_TYPE = new Map<string, (typeof IDLE_RULES)[number]>(IDLE_RULES.map((rule) => [rule.type, rule]));

/** The rule by which a resource costs and does nothing, and why; undefined where none says so. */
export function judgeIdle(document: IdleDocument): { rule: IdleRuleName; reason: string } | undefined {
  const rule = BY_TYPE.get(document.type.toLowerCase());
  const reason = rule?.reasonOf(document);
  return rule && reason !== undefined ? { rule: rule.name, reason } : undefined;
}

/** As Resource Graph has it (`extended.instanceView.powerState`), or Resource Manager with `$expand=instanceView`. */
function powerStateOf(properties: unknown): string | undefined {
  const { extended, instanceView } = bag(properties);
  const code = textOf(bag(bag(bag(extended).instanceView).powerState).code);
  if (code !== undefined) return code;
  const { statuses } = bag(instanceView);
  const codes = Array.isArray(statuses) ? statuses.map((status) => textOf(bag(status).code)) : [];
  return codes.find((one) => one?.startsWith('powerstate/'));
}

function bag(value: unknown): Bag {
  return typeof value === 'object' && value !== null ? (value as Bag) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.toLowerCase() : undefined;
}
