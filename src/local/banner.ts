/** What a person sees once everything answers: where it is, and three lines to paste. */
export function banner(input: {
  url: string;
  apiKey: string;
  simulatorUrl: string | undefined;
  dataDir: string;
}): string {
  const { url, apiKey, simulatorUrl, dataDir } = input;
  const auth = `-H "Authorization: Bearer ${apiKey}"`;
  return `
PolicyCortex is ready.

  API         ${url}/api/v1   (OpenAPI: ${url}/api/v1/openapi.json, health: ${url}/health)
  API key     ${apiKey}
  ${simulatorUrl ? `Simulator   ${simulatorUrl}   (status: ${simulatorUrl}/simulator/status)` : 'Azure       your own subscriptions'}
  Data, logs  ${dataDir}

Try:
  curl -s ${auth} "${url}/api/v1/resources?resourceType=storage_account&limit=3"
  curl -s ${auth} "${url}/api/v1/compliance/findings?severity=critical&limit=3"   (what breaks the starter pack, from about 10 s on)
  curl -s -X POST ${auth} "${url}/api/v1/sync"

Ctrl-C stops everything; the state is kept.
`;
}
