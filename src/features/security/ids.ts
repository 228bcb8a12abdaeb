const ALERT = /^alr_([\da-f]{32})([\da-f]{36})$/;
const ASSESSMENT = /^asm_([\da-f]{32})([\da-f]{40})$/;

type Place = { readonly subscriptionId: string; readonly rowKey: string };

/** Public id of an alert: it says where it is kept. */
export function alertId({ subscriptionId, rowKey }: Place): string {
  return `alr_${hexOf(subscriptionId)}${rowKey.slice(2)}`;
}

/** Where an alert is kept, or undefined for what is no id of ours. */
export function parseAlertId(id: string): Place | undefined {
  const [, hex, key] = ALERT.exec(id) ?? [];
  return hex && key ? { subscriptionId: guidOf(hex), rowKey: `a|${key}` } : undefined;
}

/** Public id of an assessment. */
export function assessmentId({ subscriptionId, rowKey }: Place): string {
  return `asm_${hexOf(subscriptionId)}${rowKey}`;
}

export function parseShortAssessmentId(id: string): Place | undefined {
  const [, hex, rowKey] = ASSESSMENT.exec(id) ?? [];
  return hex && rowKey ? { subscriptionId: guidOf(hex), rowKey } : undefined;
}

function hexOf(guid: string): string {
  return guid.replaceAll('-', '');
}

function guidOf(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
