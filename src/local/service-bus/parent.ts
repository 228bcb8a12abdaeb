import { fstatSync } from 'node:fs';

/** Resolves when the process is asked to stop, or when whoever started it with a pipe or IPC is gone. */
export function stopRequested(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  process.once('disconnect', () => resolve());
  if (isPipe(0)) process.stdin.once('end', () => resolve()).resume();
  return promise;
}

/** A terminal or /dev/null as standard input says nothing about the parent. */
function isPipe(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    return stats.isFIFO() || stats.isSocket();
  } catch {
    return false;
  }
}
