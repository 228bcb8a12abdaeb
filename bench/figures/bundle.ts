import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { bundle as build } from '../../scripts/build.ts';
import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { median, round, summarize } from '../support/stats.ts';
import { inTempDir } from '../support/tempDir.ts';

/** What a cold start pays for loading the app: the bundle that is deployed beside the sources it is made of. */
export const bundle: Figure = {
  name: 'bundle',
  summary: 'loading dist/main.cjs against the same app unbundled',
  run: async function* (context) {
    yield await inTempDir((dir) => measure(dir, context));
  },
};

/** Stands in for the Functions worker, which supplies this module by intercepting `require`. */
const CORE_STUB = `
const Module = require('node:module');
const resolve = Module._resolveFilename;
const core = {
  version: '4.0.0',
  hostVersion: '4.0.0',
  registerFunction() {
    globalThis.benchFunctions = (globalThis.benchFunctions ?? 0) + 1;
    return { dispose() {} };
  },
  registerHook: () => ({ dispose() {} }),
  setProgrammingModel() {},
  getProgrammingModel: () => undefined,
  log() {},
  Disposable: class { dispose() {} },
  app: { onStart() {} },
};
require.cache['functions-core-stub'] = { id: 'functions-core-stub', exports: core, loaded: true, children: [], paths: [] };
Module._resolveFilename = function (request, ...rest) {
  return request === '@azure/functions-core' ? 'functions-core-stub' : resolve.call(this, request, ...rest);
};
`;

/** Settings that parse; nothing is connected to while the app loads. */
const ENVIRONMENT = {
  TENANT_ID: '11111111-1111-4111-8111-111111111111',
  STORAGE_CONNECTION_STRING: 'UseDevelopmentStorage=true',
  ServiceBus:
    'Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=local;SharedAccessKey=local;UseDevelopmentEmulator=true;',
};

async function measure(dir: string, context: BenchContext): Promise<Measurement> {
  const bundled = join(dir, 'main.cjs');
  await build(bundled);
  const stub = join(dir, 'stub.cjs');
  writeFileSync(stub, CORE_STUB);
  const transpiled = await transpile(dir);
  const runs = context.isQuick ? 5 : 15;
  const entries = { bundled, transpiled, typescript: new URL('../../src/main.ts', import.meta.url).pathname };
  const samples = { bundled: [], transpiled: [], typescript: [] } as Record<keyof typeof entries, number[]>;
  for (let run = 0; run <= runs; run += 1) {
    for (const name of Object.keys(entries) as (keyof typeof entries)[]) {
      const milliseconds = await load(entries[name], stub);
      if (run > 0) samples[name].push(milliseconds);
    }
  }
  const ratio = median(samples.bundled) / median(samples.transpiled);
  return {
    figure: 'bundle load',
    value: round(median(samples.bundled), 0),
    unit: 'ms',
    ratio: round(ratio),
    target: '≤ 1/3 of the unbundled app',
    met: ratio <= 1 / 3,
    details: {
      bundleBytes: statSync(bundled).size,
      bundled: summarize(samples.bundled),
      unbundledJavaScript: summarize(samples.transpiled),
      unbundledTypeScript: summarize(samples.typescript),
    },
  };
}

/** The app's own modules as JavaScript, one file each, beside the packages that they import. */
async function transpile(dir: string): Promise<string> {
  const root = new URL('../../', import.meta.url).pathname;
  const all: string[] = [];
  for await (const file of glob('src/**/*.ts', { cwd: root })) all.push(file);
  const sources = all.filter((file) => !file.startsWith('src/local/') && !file.endsWith('.test.ts'));
  const result = await esbuild({
    absWorkingDir: root,
    entryPoints: sources,
    outbase: '.',
    outdir: dir,
    format: 'esm',
    target: 'node22',
    write: false,
    tsconfigRaw: {},
  });
  for (const { path, text } of result.outputFiles) {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text.replace(/(["'])([#.][^"']*)\.ts\1/g, '$1$2.js$1'));
  }
  const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { imports: object };
  const json = JSON.stringify({ type: 'module', imports }).replaceAll('.ts"', '.js"');
  writeFileSync(join(dir, 'package.json'), json);
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  return join(dir, 'src/main.js');
}

/** Milliseconds from the first line of a fresh process to the app's last registration. */
async function load(entry: string, stub: string): Promise<number> {
  const script = `
    const startedAt = performance.now();
    const loaded = ${JSON.stringify(entry)}.endsWith('.cjs') ? require(${JSON.stringify(entry)}) : import(${JSON.stringify(entry)});
    Promise.resolve(loaded).then(() => {
      const milliseconds = performance.now() - startedAt;
      process.stdout.write(JSON.stringify({ milliseconds, functions: globalThis.benchFunctions }));
      process.exit(0);
    });`;
  const child = spawn(process.execPath, ['--require', stub, '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1', ...ENVIRONMENT },
  });
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  const { milliseconds, functions } = JSON.parse(output) as { milliseconds: number; functions?: number };
  if (!functions) throw new Error(`${entry} registered no function`);
  return milliseconds;
}
