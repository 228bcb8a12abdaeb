import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { median, round } from '../support/stats.ts';
import { inTempDir } from '../support/tempDir.ts';

/** What a newcomer waits for. */
export const start: Figure = {
  name: 'start',
  summary: 'npm start on an empty data directory until it is ready, and again on a kept one',
  run: async function* (context) {
    yield await measure(context);
  },
};

async function measure(context: BenchContext): Promise<Measurement> {
  const empty: number[] = [];
  const kept: number[] = [];
  for (let run = 0; run < (context.isQuick ? 1 : 5); run += 1) {
    await inTempDir(async (dir) => {
      empty.push(await startOnce(join(dir, 'data')));
      kept.push(await startOnce(join(dir, 'data')));
    });
  }
  const milliseconds = median(empty);
  return {
    figure: 'npm start → ready',
    value: round(milliseconds / 1000),
    unit: 's',
    target: '< 15 s',
    met: milliseconds < 15_000,
    details: { emptyMs: empty.map(Math.round), keptMs: kept.map(Math.round) },
  };
}

async function startOnce(dataDir: string): Promise<number> {
  const startedAt = performance.now();
  const args = ['src/local/main.ts', '--json', '--port', '0', '--data-dir', dataDir];
  const child = spawn(process.execPath, args, {
    cwd: new URL('../../', import.meta.url).pathname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('{')) return performance.now() - startedAt;
    }
    throw new Error('npm start ended before it was ready');
  } finally {
    child.kill('SIGTERM');
    await closed;
  }
}
