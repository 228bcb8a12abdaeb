import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runBicep } from '../../scripts/bicep/bicep.ts';
import { hasBicep, INFRA } from './support.ts';

/** What Azure allows (Azure Resource Manager, "Naming rules and restrictions"). */
const RULES: Readonly<Record<string, RegExp>> = {
  functionApp: /^[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])$/i,
  plan: /^[\w-]{1,60}$/,
  hostStorage: /^[a-z0-9]{3,24}$/,
  dataStorage: /^[a-z0-9]{3,24}$/,
  serviceBus: /^(?!.*-(sb|mgmt)$)[a-z][a-z0-9-]{4,48}[a-z0-9]$/i,
  vault: /^(?!.*--)[a-z][a-z0-9-]{1,22}[a-z0-9]$/i,
  workspace: /^[a-z0-9][a-z0-9-]{2,61}[a-z0-9]$/i,
  insights: /^(?!.*\.$)[^%&\\?/]{1,255}$/,
  workbook: /^[^%&\\?/]{1,255}$/,
  actionGroup: /^(?!.*[ .]$)[^:<>+/&%\\?|]{1,260}$/,
  budget: /^[\w-]{1,63}$/,
  alert: /^(?!.*[ .]$)[^*#&+:<>?@%{}\\/|]{1,200}$/,
  network: /^[a-z0-9][\w.-]{0,62}\w$/i,
  appIdentity: /^[a-z0-9][\w-]{2,127}$/i,
  eventsIdentity: /^[a-z0-9][\w-]{2,127}$/i,
  writerIdentity: /^[a-z0-9][\w-]{2,127}$/i,
  homeGroup: /^(?!.*\.$)[-\w.()]{1,90}$/,
  watchGroup: /^(?!.*\.$)[-\w.()]{1,90}$/,
  topicName: /^[a-z0-9-]{3,50}$/i,
  eventSubscriptionName: /^[a-z0-9-]{3,64}$/i,
};

const CHUNK = 20;
const Named = z.array(z.record(z.string(), z.string()));

/** infra/naming.bicep itself, run by `bicep console`, which takes one declaration a line. */
function namesOf(environmentNames: readonly string[]): Record<string, string>[] {
  const declarations = readFileSync(join(INFRA, 'naming.bicep'), 'utf8')
    .replace(/^(\/\/.*|@.*)$/gm, '')
    .replace(/^type \w+ = \{[\s\S]*?^\}/gm, '')
    .replaceAll(' Names =>', ' object =>')
    .trim()
    .split(/\n\s*\n+/)
    .map((declaration) => declaration.replace(/\n\s*/g, ' ').replace(/' (\w+):/g, "', $1:"));
  const groups = 'homeGroup: homeGroup(e), watchGroup: watchGroup(e), topicName: topicName(e)';
  const every = `union(names(slug(e), token('subscription', e, 'westeurope')), { ${groups}, eventSubscriptionName: eventSubscriptionName(e) })`;
  // One question a few names: an expression may not be longer than 24,576 characters.
  const questions = chunks(environmentNames, CHUNK).map((some) => {
    const given = Buffer.from(JSON.stringify(some)).toString('base64');
    return `base64(string(map(json(base64ToString('${given}')), e => ${every})))`;
  });
  const { stdout, stderr } = runBicep(['console'], {
    input: `${[...declarations, ...questions].join('\n')}\n`,
  });
  const answers = [...stdout.matchAll(/^'([\w+/=]+)'$/gm)].map(([, answer = '']) => answer);
  if (answers.length !== questions.length) throw new Error(`bicep console: ${stdout}${stderr}`);
  return answers.flatMap((answer) => Named.parse(JSON.parse(Buffer.from(answer, 'base64').toString())));
}

// Not `[…`: the console takes the text for a template expression.
const environmentName = fc
  .oneof(
    fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 20 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    fc.stringMatching(/^[a-zA-Z0-9][\w.-]{0,19}$/),
  )
  .filter((name) => !name.startsWith('['));

describe.runIf(hasBicep)('names', () => {
  const given = ['dev', 'My_Env-1', '---', 'a-b', 'ab', ...fc.sample(environmentName, 400)];
  let named: Record<string, string>[] = [];
  beforeAll(() => {
    named = namesOf(given);
  });

  test('are valid for Azure, whatever the environment is called', () => {
    expect(named).toHaveLength(given.length);
    for (const [i, names] of named.entries())
      for (const [kind, name] of Object.entries(names))
        expect(name, `${kind} of ${JSON.stringify(given[i])}`).toMatch(RULES[kind] ?? /$never/);
  });

  test('read as they should', () => {
    const [dev, odd, none] = named;

    expect(dev?.homeGroup).toBe('rg-policycortex-dev');
    expect(dev?.functionApp).toMatch(/^func-policycortex-dev-[a-z0-9]{13}$/);
    expect(odd?.homeGroup).toBe('rg-policycortex-myenv1');
    expect(none?.homeGroup).toBe('rg-policycortex-env');
  });

  test('differ where the environment differs, even where its letters are the same', () => {
    const [, , , one, other] = named;

    for (const kind of ['functionApp', 'hostStorage', 'dataStorage', 'serviceBus', 'vault'])
      expect(one?.[kind]).not.toBe(other?.[kind]);
  });
});

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
