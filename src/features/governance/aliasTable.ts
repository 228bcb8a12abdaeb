import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { AliasTable } from '#features/policy/index.ts';
import type { TenantBlobs } from '#platform/blobs.ts';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

type Target = AliasTable extends { aliases: ReadonlyMap<string, infer A> }
  ? A extends { targets: ReadonlyMap<string, infer T> }
    ? T
    : never
  : never;
type Kept = {
  readonly aliases: readonly (readonly [name: string, targets: readonly (readonly [string, Target])[]])[];
  readonly types: readonly (readonly [string, { readonly indexed: boolean }])[];
};

/** Writes a table under a name that its content decides; an equal one has the same name. */
export async function writeAliases(table: AliasTable, blobs: TenantBlobs): Promise<string> {
  const kept: Kept = {
    aliases: [...table.aliases.values()].map(({ name, targets }) => [name, [...targets]] as const),
    types: [...table.types],
  };
  const text = JSON.stringify(kept);
  const name = `aliases/${hash('sha256', text, 'base64url').slice(0, 22)}`;
  await blobs.write(name, await deflate(Buffer.from(text), { level: 6 }));
  return name;
}

/** @throws where the blob is gone */
export async function readAliases(name: string, blobs: TenantBlobs): Promise<AliasTable> {
  const packed = await blobs.read(name);
  if (!packed) throw new Error(`the alias table ${name} is missing`);
  const { aliases, types } = JSON.parse((await inflate(packed)).toString()) as Kept;
  return {
    aliases: new Map(
      aliases.map(([alias, targets]) => [alias.toLowerCase(), { name: alias, targets: new Map(targets) }]),
    ),
    types: new Map(types),
  };
}
