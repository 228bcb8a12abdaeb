import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { bundle } from '../build.ts';

/** What third parties' code is in the bundle, told by the bundler, and under which licences. */

const ROOT = join(import.meta.dirname, '../..');

/** Licences that ask for no more than a notice. Another one is a decision for people. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
];

const Metafile = z.object({ inputs: z.record(z.string(), z.unknown()) });
const Manifest = z.object({ name: z.string(), version: z.string(), license: z.string().optional() });
export type Component = z.infer<typeof Manifest>;

/** Every package of which a file is in the bundle, by name and version. */
export async function bundledPackages(): Promise<Component[]> {
  const folder = mkdtempSync(join(tmpdir(), 'policycortex-sbom-'));
  try {
    await bundle(join(folder, 'main.cjs'));
    const { inputs } = Metafile.parse(JSON.parse(readFileSync(join(folder, 'main.meta.json'), 'utf8')));
    const folders = new Set(Object.keys(inputs).flatMap((file) => packageFolder(file) ?? []));
    const components = [...folders].map((path) =>
      Manifest.parse(JSON.parse(readFileSync(resolve(ROOT, path, 'package.json'), 'utf8'))),
    );
    const byId = new Map(
      components.map((component) => [`${component.name}@${component.version}`, component]),
    );
    return [...byId.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, component]) => component);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Packages whose licence is missing or not allowed. An `A OR B` needs one that is, an `A AND B` both. */
export function refused(components: readonly Component[]): Component[] {
  return components.filter(({ license = '' }) => !isAllowed(license));
}

/** CycloneDX 1.6 in JSON. */
export function toCycloneDx(components: readonly Component[], product: Component) {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', ...entry(product) } },
    components: components.map((component) => ({ type: 'library', ...entry(component) })),
  };
}

function entry({ name, version, license }: Component) {
  return {
    'bom-ref': purl(name, version),
    name,
    version,
    purl: purl(name, version),
    ...(license !== undefined && { licenses: [{ expression: license }] }),
  };
}

/** Package URL specification, type `npm`: the @ of a scope is encoded. */
function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function isAllowed(license: string): boolean {
  const expression = license.replace(/^\(|\)$/g, '');
  if (expression.includes(' OR ')) return expression.split(' OR ').some(isAllowed);
  if (expression.includes(' AND ')) return expression.split(' AND ').every(isAllowed);
  return ALLOWED.includes(expression);
}

/** `…/node_modules/@azure/identity/dist/x.js` → `…/node_modules/@azure/identity`. */
function packageFolder(file: string): string | undefined {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

async function main(): Promise<void> {
  const components = await bundledPackages();
  const product = Manifest.parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  writeFileSync(
    join(ROOT, 'dist/sbom.cdx.json'),
    `${JSON.stringify(toCycloneDx(components, product), null, 2)}\n`,
  );
  console.log(`written: dist/sbom.cdx.json (${components.length} packages)`);
  for (const { name, version, license } of refused(components)) {
    console.error(`licence not allowed: ${name} ${version}: ${license ?? 'none stated'}`);
    process.exitCode = 1;
  }
}

if (import.meta.main) await main();
