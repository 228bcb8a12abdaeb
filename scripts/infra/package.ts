import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../build.ts';

/**
 * Makes the folder that is deployed: the bundle, host.json, the licence, and a package.json without dependencies or
 * scripts, so that no build on the way can add anything. Its content is named here, file by file.
 */
export async function makePackage(folder: string): Promise<void> {
  const root = join(import.meta.dirname, '../..');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'dist'), { recursive: true });
  await bundle(join(folder, 'dist/main.cjs'));
  for (const left of ['main.meta.json', 'main.cjs.map']) rmSync(join(folder, 'dist', left), { force: true });
  for (const file of ['host.json', 'LICENSE']) copyFileSync(join(root, file), join(folder, file));
  const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const manifest = { name, version, license, private: true, main: 'dist/main.cjs' };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

if (import.meta.main) {
  const folder = process.argv[2] ?? 'dist/package';
  await makePackage(folder);
  console.log(`written: ${folder}`);
}
