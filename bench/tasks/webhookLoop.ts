import { createHmac, createSecretKey } from 'node:crypto';
import { Pool } from 'undici';

export type LoopInput = { readonly url: string; readonly bodies: readonly string[]; readonly times: number };
export type LoopOutput = { readonly milliseconds: number; readonly cpuMilliseconds: number };

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const WARM_UP = 2_000;

/** The least that a sender must do: sign each body in both ways and POST it, `connections` at a time. */
export async function webhookLoop({
  url,
  bodies,
  times,
  connections,
}: LoopInput & { readonly connections: number }): Promise<LoopOutput> {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const whole = createSecretKey(SECRET, 'utf8');
  const key = createSecretKey(SECRET.slice(6), 'base64');
  let left = WARM_UP;

  async function worker(): Promise<void> {
    while (left > 0) {
      left -= 1;
      const body = Buffer.from(bodies[left % bodies.length] ?? '');
      const id = `dlv_${left}`;
      const timestamp = Math.floor(Date.now() / 1000);
      const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'PolicyCortex-Webhooks/1.0',
        'X-PolicyCortex-Event': 'bench.happened',
        'X-PolicyCortex-Delivery': id,
        'X-PolicyCortex-Signature': `sha256=${createHmac('sha256', whole).update(body).digest('hex')}`,
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': `v1,${hmac.digest('base64')}`,
      };
      const response = await pool.request({ path, method: 'POST', headers, body });
      if (response.statusCode !== 204) throw new Error(`the receiver answered ${response.statusCode}`);
      await response.body.dump();
    }
  }

  async function run(): Promise<void> {
    await Promise.all(Array.from({ length: connections }, worker));
  }

  await run();
  left = times;
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  await run();
  const milliseconds = performance.now() - startedAt;
  const used = process.cpuUsage(cpu);
  await pool.close();
  return { milliseconds, cpuMilliseconds: (used.user + used.system) / 1000 };
}
