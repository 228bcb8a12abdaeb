import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDir } from './support/tempDir.ts';

/** Rule → a file, and what it imports although it must not. */
const planted: readonly (readonly [rule: string, file: string, imports: string])[] = [
  ['platform-imports', 'src/platform/bad.ts', '#http/ok.ts'],
  ['http-imports', 'src/http/bad.ts', '#features/one/index.ts'],
  ['features-imports', 'src/features/one/bad.ts', '#functions/ok.ts'],
  ['functions-imports', 'src/functions/bad.ts', '#local/ok.ts'],
  ['local-is-an-island', 'src/bad.ts', '#local/ok.ts'],
  ['only-doors-are-wired', 'src/features/one/bad.ts', '../../main.ts'],
  ['features-by-their-face', 'src/features/two/bad.ts', '#features/one/inside.ts'],
  ['face-from-outside', 'src/functions/bad.ts', '#features/one/inside.ts'],
  ['sdks-in-platform', 'src/features/one/bad.ts', '@azure/data-tables'],
  ['functions-library', 'src/platform/bad.ts', '@azure/functions'],
  ['engines-are-pure', 'src/features/search/bad.ts', 'node:fs'],
  ['no-tests-in-src', 'src/platform/bad.ts', '../../test/ok.ts'],
  ['no-cycles', 'src/platform/bad.ts', './loop.ts'],
  ['resolvable', 'src/platform/bad.ts', './missing.ts'],
];

const innocent = [
  'src/platform/ok.ts',
  'src/http/ok.ts',
  'src/functions/ok.ts',
  'src/local/ok.ts',
  'src/main.ts',
  'test/ok.ts',
];

describe('the layer gate', () => {
  it('has a planted violation for every rule', async () => {
    const { default: config } = (await import(resolve('.dependency-cruiser.mjs'))) as {
      default: { forbidden: { name: string }[] };
    };

    expect(planted.map(([rule]) => rule).sort()).toEqual(config.forbidden.map(({ name }) => name).sort());
  });

  it.concurrent.each(planted)('%s refuses %s importing %s', async (rule, file, imports) => {
    const root = await plant(file, imports);

    const output = await cruise(root);

    expect(output).toContain(rule);
  });

  it('lets the innocent pass', async () => {
    const root = await plant('src/features/two/fine.ts', '#features/one/index.ts');

    const output = await cruise(root);

    expect(output).toContain('no dependency violations found');
  });
});

async function plant(file: string, imports: string): Promise<string> {
  const root = tempDir();
  const files: Record<string, string> = {
    ...Object.fromEntries(innocent.map((name) => [name, 'export const ok = 1;\n'])),
    'src/features/one/index.ts': "export { inside } from './inside.ts';\n",
    'src/features/one/inside.ts': 'export const inside = 1;\n',
    'src/platform/loop.ts': "import './ok.ts';\n",
    'package.json': await readFile('package.json', 'utf8'),
    '.dependency-cruiser.mjs': await readFile('.dependency-cruiser.mjs', 'utf8'),
    ...(imports === './loop.ts' && { 'src/platform/loop.ts': "import './bad.ts';\n" }),
    [file]: `import '${imports}';\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  await symlink(resolve('node_modules'), join(root, 'node_modules'));
  return root;
}

function cruise(root: string): Promise<string> {
  const args = [
    resolve('node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
    '--config',
    '.dependency-cruiser.mjs',
    'src',
  ];
  return new Promise((done) =>
    execFile(process.execPath, args, { cwd: root }, (_, stdout, stderr) => done(stdout + stderr)),
  );
}
