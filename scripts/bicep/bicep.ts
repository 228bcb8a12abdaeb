import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Finds the pinned Bicep compiler, fetching it from NuGet where it is missing, and runs it. */

const PROJECT = join(import.meta.dirname, 'bicep.csproj');

/** Thrown where there is no compiler and none can be fetched; the message is one line that says what to do. */
export class BicepMissing extends Error {
  override readonly name = 'BicepMissing';
}

export type BicepRun = { readonly status: number; readonly stdout: string; readonly stderr: string };

/** The version that scripts/bicep/bicep.csproj pins. */
export function pinnedVersion(project: string = readFileSync(PROJECT, 'utf8')): string {
  const version = /<BicepVersion[^>]*>([^<]+)</.exec(project)?.[1];
  if (!version) throw new BicepMissing(`no <BicepVersion> in ${PROJECT}`);
  return version;
}

/**
 * Path of the compiler: BICEP_PATH, the cache, NuGet by `dotnet restore`, or `bicep` of the pinned version on PATH.
 * @throws BicepMissing
 */
export function locateBicep(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const version = pinnedVersion();
  if (environment.BICEP_PATH) return environment.BICEP_PATH;
  const packageName = `azure.bicep.commandline.${runtimeId()}`;
  const cache = environment.BICEP_CACHE_DIR ?? join(homedir(), '.cache', 'policycortex', 'bicep');
  const executable = process.platform === 'win32' ? 'bicep.exe' : 'bicep';
  const cached = join(cache, packageName, version, 'tools', executable);
  if (existsSync(cached)) return cached;
  const onPath = findOnPath(executable, environment.PATH);
  if (onPath && versionOf(onPath) === version) return onPath;
  restore({ packageName, version, cache, environment });
  if (!existsSync(cached))
    throw new BicepMissing(`NuGet package ${packageName} ${version} has no ${executable}`);
  return cached;
}

/** Runs the compiler to its end. @throws BicepMissing */
export function runBicep(
  args: readonly string[],
  options: { cwd?: string; input?: string; environment?: Readonly<Record<string, string>> } = {},
): BicepRun {
  const { status, stdout, stderr, error } = spawnSync(locateBicep(), [...args], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, ...options.environment },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(options.input !== undefined && { input: options.input }),
  });
  if (error) throw new BicepMissing(`the Bicep compiler does not run: ${error.message}`, { cause: error });
  return { status: status ?? 1, stdout, stderr };
}

function restore(options: {
  packageName: string;
  version: string;
  cache: string;
  environment: Readonly<Record<string, string | undefined>>;
}): void {
  const { packageName, version, cache, environment } = options;
  const { status, stdout, stderr, error } = spawnSync(
    'dotnet',
    [
      'restore',
      PROJECT,
      '--packages',
      cache,
      `-p:BicepPackage=${packageName}`,
      `-p:MSBuildProjectExtensionsPath=${join(cache, `obj-${process.pid}`)}/`,
    ],
    { encoding: 'utf8', timeout: 180_000, env: { ...environment, DOTNET_NOLOGO: '1' } },
  );
  const wanted = `Bicep ${version} is needed (docs/deployment.md#the-compiler)`;
  if (error) {
    throw new BicepMissing(
      `${wanted}: put it on PATH, name it in BICEP_PATH, or install the .NET SDK, which fetches it from NuGet`,
      { cause: error },
    );
  }
  if (status !== 0) {
    const reason =
      `${stdout}${stderr}`.split('\n').find((line) => line.includes('error')) ?? 'it said nothing';
    throw new BicepMissing(`${wanted}, and dotnet restore could not fetch it: ${reason.trim()}`);
  }
}

function runtimeId(): string {
  const os = { linux: 'linux', darwin: 'osx', win32: 'win' }[process.platform as string];
  if (!os) throw new BicepMissing(`there is no Bicep compiler for ${process.platform}`);
  return `${os}-${process.arch}`;
}

function findOnPath(executable: string, path: string | undefined): string | undefined {
  return (path ?? '')
    .split(delimiter)
    .map((folder) => join(folder, executable))
    .find((file) => existsSync(file));
}

function versionOf(executable: string): string | undefined {
  const { stdout } = spawnSync(executable, ['--version'], { encoding: 'utf8' });
  return /version (\d+\.\d+\.\d+)/.exec(stdout ?? '')?.[1];
}

if (import.meta.main) {
  try {
    const { status, stdout, stderr } = runBicep(process.argv.slice(2));
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    process.exitCode = status;
  } catch (error) {
    if (!(error instanceof BicepMissing)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
