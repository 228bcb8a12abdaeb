import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * `npm audit` of what is deployed, where every advisory is either mended or explained in infra/audit-explained.json,
 * until a date. Ends with 1 where one is not, with 2 where the registry did not tell.
 */

const FILE = join(import.meta.dirname, '../../infra/audit-explained.json');

const Advisory = z.object({ url: z.string(), title: z.string(), severity: z.string() });
type Advisory = z.infer<typeof Advisory>;
const Report = z.object({
  vulnerabilities: z.record(z.string(), z.object({ via: z.array(z.union([z.string(), Advisory])) })),
});
const Explained = z.array(z.object({ url: z.url(), reason: z.string().min(40), until: z.iso.date() }));
export type Explained = z.infer<typeof Explained>;

/** Every advisory of a report, once. @throws ZodError where it is no report */
export function advisoriesOf(report: unknown): Advisory[] {
  const { vulnerabilities } = Report.parse(report);
  const named = Object.values(vulnerabilities).flatMap(({ via }) =>
    via.flatMap((each) => (typeof each === 'string' ? [] : [each])),
  );
  return [...new Map(named.map((advisory) => [advisory.url, advisory])).values()];
}

/** Advisories that nothing explains, or no longer. */
export function unexplained(
  advisories: readonly Advisory[],
  explained: Explained,
  today: string,
): Advisory[] {
  const valid = new Set(explained.filter(({ until }) => until >= today).map(({ url }) => url));
  return advisories.filter(({ url }) => !valid.has(url));
}

/** What infra/audit-explained.json holds. @throws ZodError where it is malformed */
export function readExplained(): Explained {
  return Explained.parse(JSON.parse(readFileSync(FILE, 'utf8')));
}

function main(): number {
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  const report: unknown = stdout ? JSON.parse(stdout) : {};
  if (!Report.safeParse(report).success) {
    const { message } = z.looseObject({ message: z.string().catch('no answer') }).parse(report);
    console.error(
      `the registry did not tell: ${message}. Run it where https://registry.npmjs.org is reached.`,
    );
    return 2;
  }
  const advisories = advisoriesOf(report);
  const open = unexplained(advisories, readExplained(), new Date().toISOString().slice(0, 10));
  for (const { severity, title, url } of open) console.error(`${severity}: ${title} (${url})`);
  console.log(`${advisories.length} advisories, ${open.length} neither mended nor explained`);
  return open.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = main();
