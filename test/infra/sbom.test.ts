import { beforeAll, describe, expect, test } from 'vitest';
import { bundledPackages, type Component, refused, toCycloneDx } from '../../scripts/infra/sbom.ts';

let components: Component[];
beforeAll(async () => {
  components = await bundledPackages();
});

describe('the bundle', () => {
  test('holds third parties’ code under allowed licences alone', () => {
    expect(components.length).toBeGreaterThan(5);
    expect(refused(components)).toEqual([]);
  });

  test('is described in CycloneDX, each package by its own reference', () => {
    const bom = toCycloneDx(components, { name: 'policycortex', version: '1.0.0', license: 'MIT' });
    const references = bom.components.map((component) => component['bom-ref']);

    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    expect(new Set(references).size).toBe(components.length);
    expect(references).toContainEqual(expect.stringMatching(/^pkg:npm\/%40azure\/data-tables@\d/));
  });
});

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0)', true],
  ['MIT AND GPL-3.0', false],
  ['GPL-3.0', false],
  [undefined, false],
])('a package under %s may be in it: %s', (license, allowed) => {
  expect(refused([{ name: 'x', version: '1.0.0', license }])).toHaveLength(allowed ? 0 : 1);
});
