import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type AzureOptions, type AzureSimulator, startAzure } from '../index.ts';
import { refusalOf, startTestAzure, truthOf } from '../testing/simulator.ts';

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'azure-simulator-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

const defaults = { port: 0, estateSize: 300, seed: 4, drift: 0 };

async function restarted(directory: string, options: Partial<AzureOptions> = {}): Promise<AzureSimulator> {
  const simulator = await startAzure({ ...defaults, dataDir: directory, ...options });
  onTestFinished(() => simulator.close());
  return simulator;
}

test('state survives a restart, changes and all', async () => {
  const directory = temporaryDirectory();
  const first = await startAzure({ ...defaults, dataDir: directory });
  first.change(80);
  const before = await truthOf(first.url);
  await first.close();

  const second = await restarted(directory);

  expect(await truthOf(second.url)).toEqual(before);
  expect(second.size()).toBe(before.length);
  expect(second.change(1)[0]?.sequence).toBe(81);
});

test('a torn last line of the journal is forgotten', async () => {
  const directory = temporaryDirectory();
  const first = await startAzure({ ...defaults, dataDir: directory });
  first.change(5);
  const before = await truthOf(first.url);
  await first.close();
  appendFileSync(join(directory, 'journal.jsonl'), '{"sequence":6,"tar');

  const second = await restarted(directory);
  second.change(1);
  await second.close();
  const third = await restarted(directory);

  expect(third.change(1)[0]?.sequence).toBe(7);
  expect(before.length).toBeGreaterThan(0);
});

test('a last record without its end of line counts', async () => {
  const directory = temporaryDirectory();
  const journal = join(directory, 'journal.jsonl');
  const first = await startAzure({ ...defaults, dataDir: directory });
  first.change(4);
  const before = await truthOf(first.url);
  await first.close();
  writeFileSync(journal, readFileSync(journal, 'utf8').trimEnd());

  const second = await restarted(directory);
  const reopened = await truthOf(second.url);
  second.change(1);
  await second.close();
  const third = await restarted(directory);

  expect(reopened).toEqual(before);
  expect(third.change(1)[0]?.sequence).toBe(6);
});

test('a header that is no JSON stops the start with one line', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'estate.json'), '{"version":');

  const refusal = String(await refusalOf(startAzure({ ...defaults, dataDir: directory })));

  expect(refusal).toMatch(/^CorruptData: .*estate\.json is not JSON$/);
});

test('a journal that is broken in the middle stops the start with one line', async () => {
  const directory = temporaryDirectory();
  const first = await startAzure({ ...defaults, dataDir: directory });
  first.change(3);
  await first.close();
  const journal = join(directory, 'journal.jsonl');
  writeFileSync(journal, `nonsense\n${readFileSync(journal, 'utf8')}`);

  const refusal = String(await refusalOf(startAzure({ ...defaults, dataDir: directory })));

  expect(refusal).toMatch(/journal\.jsonl line 1 is not a change record/);
});

test('a directory made with other options keeps its own and says so', async () => {
  const directory = temporaryDirectory();
  const first = await startAzure({ ...defaults, dataDir: directory });
  const before = await truthOf(first.url);
  await first.close();

  const second = await restarted(directory, { seed: 99, estateSize: 10 });

  expect(await truthOf(second.url)).toEqual(before);
  expect(second.notes).toHaveLength(2);
  expect(second.notes.join()).toContain('seed 4 kept');
});

test('an export of one simulator is the estate of another, in each form', async () => {
  const directory = temporaryDirectory();
  const original = await startTestAzure({ estateSize: 120 });
  const truth = await truthOf(original.url);
  const forms = [
    JSON.stringify({ count: truth.length, data: truth }),
    JSON.stringify(truth),
    truth.map((row) => JSON.stringify(row)).join('\n'),
  ];

  for (const [index, text] of forms.entries()) {
    const file = join(directory, `${index}.json`);
    writeFileSync(file, text);
    const loaded = await startTestAzure({ estateFile: file });

    expect(await truthOf(loaded.url)).toEqual(truth);
    expect(loaded.tenantId).toBe(original.tenantId);
    expect(loaded.change(20)).toHaveLength(20);
  }
});

test('a loaded estate is kept in its data directory', async () => {
  const directory = temporaryDirectory();
  const original = await startTestAzure({ estateSize: 50 });
  const file = join(directory, 'export.json');
  writeFileSync(file, JSON.stringify(await truthOf(original.url)));
  const first = await startAzure({ ...defaults, dataDir: join(directory, 'data'), estateFile: file });
  first.change(10);
  const before = await truthOf(first.url);
  await first.close();
  rmSync(file);

  const second = await restarted(join(directory, 'data'));

  expect(await truthOf(second.url)).toEqual(before);
  expect(second.notes.join()).toContain('loaded estate file kept');
});

test.each([
  ['', /not JSON|holds no resources/],
  ['{"value": []}', /neither an array/],
  ['[]', /holds no resources/],
  ['[{"id": "/subscriptions/a/resourceGroups/b/providers/c/d/e"}]', /row 1: type/],
  ['{"id": 5}\n{"id": 6}', /line 1: id/],
])('the bad estate file %j is refused in one line', async (text, message) => {
  const directory = temporaryDirectory();
  const file = join(directory, 'bad.json');
  writeFileSync(file, text);

  const refusal = String(await refusalOf(startAzure({ ...defaults, dataDir: undefined, estateFile: file })));

  expect(refusal).toMatch(message);
  expect(refusal).toMatch(/^[^\n]+$/);
});

test('types that only a loaded estate has can be read with any version', async () => {
  const directory = temporaryDirectory();
  const id =
    '/subscriptions/00000000-0000-0000-0000-0000000000aa/resourceGroups/RG/providers/Contoso.Widgets/widgets/w1';
  const file = join(directory, 'export.json');
  writeFileSync(
    file,
    JSON.stringify([
      { id, type: 'contoso.widgets/widgets', name: 'w1', location: 'westeurope', properties: { a: 1 } },
    ]),
  );
  const { url } = await startTestAzure({ estateFile: file });

  const found = await fetch(`${url}${id}?api-version=2024-03-01`);
  const provider = await fetch(`${url}/providers/Contoso.Widgets?api-version=2021-04-01`);

  expect(await found.json()).toMatchObject({ id, type: 'Contoso.Widgets/widgets', properties: { a: 1 } });
  expect(await provider.json()).toMatchObject({ namespace: 'Contoso.Widgets' });
});
