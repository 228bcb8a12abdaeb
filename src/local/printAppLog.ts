type Entry = { level?: string; message?: string; functionName?: string };

/** Shows people the app's warnings and errors; everything is in the log file. */
export function printAppLog(line: string): void {
  const entry = parse(line);
  if (!entry || !['warning', 'error', 'critical'].includes(entry.level ?? '')) return;
  const inner = parse(entry.message ?? '');
  const {
    time: _,
    level: __,
    message,
    correlationId: ___,
    ...fields
  } = { ...inner } as Record<string, unknown>;
  const details = Object.entries(fields)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(' ');
  process.stderr.write(
    `${entry.level}: ${String(message ?? entry.message)}${details ? ` (${details})` : ''}\n`,
  );
}

function parse(line: string): Entry | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return undefined;
  }
}
