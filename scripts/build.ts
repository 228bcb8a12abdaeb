import { writeFileSync } from 'node:fs';
import { build } from 'esbuild';

/**
 * Bundles the app into dist/main.cjs. CommonJS, since the Functions worker supplies `@azure/functions-core`
 * by intercepting `require`; SDKs that are imported lazily stay lazy.
 */
export async function bundle(outfile: string): Promise<void> {
  const result = await build({
    entryPoints: ['src/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    // `debug` asks for supports-color and does without it.
    external: ['@azure/functions-core', 'supports-color'],
    minify: true,
    sourcemap: 'linked',
    metafile: true,
    logLevel: 'warning',
  });
  writeFileSync(outfile.replace(/\.cjs$/, '.meta.json'), JSON.stringify(result.metafile));
}

if (import.meta.main) await bundle('dist/main.cjs');
