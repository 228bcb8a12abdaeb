import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HostStartError } from './errors.ts';
import { errorMessage } from './log.ts';
import { writeFileAtomic } from './write-file.ts';

export type AuthLevel = 'anonymous' | 'function' | 'admin';

type KeyFile = {
  readonly masterKey: string;
  readonly functionKeys: Readonly<Record<string, string>>;
  readonly systemKeys: Readonly<Record<string, string>>;
  /** Keys of one function, by its name in lower case. */
  readonly functions: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

export type Keys = {
  readonly eventGridKey: string;
  /**
   * True when `key` opens a function of that level: the master key opens all, host keys and the function's own keys
   * open `function`. https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
   */
  allows(functionName: string, level: AuthLevel, key: string | undefined): boolean;
  /** True when `key` is the system key of that name or the master key. */
  allowsSystem(name: string, key: string | undefined): boolean;
};

const eventGridExtension = 'eventgrid_extension';

/**
 * The keys kept in `dataDir`/secrets.json; those that are missing are made. Only the owner may read the file.
 * @throws HostStartError when the file cannot be read as JSON.
 */
export async function openKeys(dataDir: string, functionNames: readonly string[]): Promise<Keys> {
  const file = join(dataDir, 'secrets.json');
  const stored = await readKeys(file);
  const keys = complete(stored, functionNames);
  if (JSON.stringify(stored) !== JSON.stringify(keys)) {
    await mkdir(dataDir, { recursive: true });
    await writeFileAtomic(file, `${JSON.stringify(keys, undefined, 2)}\n`, 0o600);
  }
  return {
    eventGridKey: keys.systemKeys[eventGridExtension] ?? '',
    allows: (functionName, level, key) => {
      if (level === 'anonymous') return true;
      const own = Object.values(keys.functions[functionName.toLowerCase()] ?? {});
      const lesser = level === 'function' ? [...Object.values(keys.functionKeys), ...own] : [];
      return isOneOf(key, [keys.masterKey, ...lesser]);
    },
    allowsSystem: (name, key) => isOneOf(key, [keys.masterKey, keys.systemKeys[name] ?? '']),
  };
}

async function readKeys(file: string): Promise<Partial<KeyFile>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Partial<KeyFile>;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new HostStartError([`The key file ${file} cannot be read: ${errorMessage(error)}`], {
      cause: error,
    });
  }
}

function complete(stored: Partial<KeyFile>, functionNames: readonly string[]): KeyFile {
  const functions = { ...stored.functions };
  for (const name of functionNames) functions[name.toLowerCase()] ??= { default: newKey() };
  return {
    masterKey: stored.masterKey ?? newKey(),
    functionKeys: stored.functionKeys ?? { default: newKey() },
    systemKeys: { [eventGridExtension]: newKey(), ...stored.systemKeys },
    functions,
  };
}

function newKey(): string {
  return randomBytes(40).toString('base64url');
}

function isOneOf(key: string | undefined, accepted: readonly string[]): boolean {
  if (!key) return false;
  const given = digest(key);
  return accepted.filter((candidate) => candidate && timingSafeEqual(given, digest(candidate))).length > 0;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
