import { z } from 'zod';

const HostEntry = z.object({ level: z.enum(['warning', 'error', 'critical']), message: z.string() });
/** What the product itself wrote, inside the host's entry; the rest are its fields. */
const OwnEntry = z.looseObject({ message: z.string() });
const HIDDEN = new Set(['time', 'level', 'message', 'correlationId', 'stack']);

/** Shows people the app's warnings and errors; everything is in the log file. */
export function printAppLog(line: string): void {
  const entry = HostEntry.safeParse(parse(line)).data;
  if (!entry) return;
  const own = OwnEntry.safeParse(parse(entry.message)).data;
  const fields = Object.entries(own ?? {}).filter(([name]) => !HIDDEN.has(name));
  const details = fields.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(' ');
  process.stderr.write(`${entry.level}: ${own?.message ?? entry.message}${details ? ` (${details})` : ''}\n`);
}

function parse(text: string): unknown {
  try {
    return text.startsWith('{') ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
