import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { AliasTable } from '#features/policy/index.ts';
import type { TenantBlobs } from '#platform/blobs.ts';
import { AliasesByNamespace, type Namespaces, toNamespaces } from './aliasesByNamespace.ts';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

type Kept = {
  readonly size: number;
  readonly namespaces: Namespaces;
  readonly types: readonly (readonly [type: string, { readonly indexed: boolean }])[];
};

/** Writes a table under a name that its content decides; an equal one has the same name. */
export async function writeAliases({ aliases, types }: AliasTable, blobs: TenantBlobs): Promise<string> {
  const kept: Kept = { size: aliases.size, namespaces: toNamespaces(aliases), types: [...types] };
  const text = JSON.stringify(kept);
  const name = `aliases/${hash('sha256', text, 'base64url').slice(0, 22)}`;
  await blobs.write(name, await deflate(Buffer.from(text), { level: 6 }));
  return name;
}

/** @throws where the blob is gone */
export async function readAliases(name: string, blobs: TenantBlobs): Promise<AliasTable> {
  const packed = await blobs.read(name);
  if (!packed) throw new Error(`the alias table ${name} is missing`);
  const { size, namespaces, types } = JSON.parse((await inflate(packed)).toString()) as Kept;
  return { aliases: new AliasesByNamespace(namespaces, size), types: new Map(types) };
}
