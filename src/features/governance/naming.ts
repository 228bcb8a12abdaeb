import { randomBytes } from 'node:crypto';
import { ARM_TYPE, OWN_PROVIDER } from './ids.ts';
import type { Kind } from './model.ts';
import { Name } from './schema.ts';

/** A name made from a display name; where that has no letter or digit, a random one. */
export function nameFrom(displayName: unknown): string {
  const text = typeof displayName === 'string' ? displayName : '';
  const slug = text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64);
  return slug || randomBytes(8).toString('hex');
}

/** ARM id of a thing that is created here; `scope` is that of an assignment or exemption. */
export function ownId(kind: Kind, name: string, scope = ''): string {
  return `${scope}${OWN_PROVIDER}/${ARM_TYPE[kind]}/${name}`;
}

/** The parts of an ARM id that may be created here; undefined for any other id. */
export function parseOwnId(kind: Kind, armId: string): { scope: string; name: string } | undefined {
  const marker = `${OWN_PROVIDER}/${ARM_TYPE[kind]}/`.toLowerCase();
  const id = `/${armId.replace(/^\/+|\/+$/g, '')}`;
  const at = id.toLowerCase().lastIndexOf(marker);
  const name = id.slice(at + marker.length);
  return at < 0 || !Name.safeParse(name).success ? undefined : { scope: id.slice(0, at).toLowerCase(), name };
}
