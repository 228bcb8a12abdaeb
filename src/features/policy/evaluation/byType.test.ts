import { describe, expect, test } from 'vitest';
import { auditIf, compiled } from '../testKit.ts';
import { indexByType } from './byType.ts';

describe('policies by type', () => {
  test('only those that may apply are candidates', () => {
    const conditions = {
      any: { field: 'name', exists: true },
      vm: { field: 'type', equals: 'A/vm' },
      either: {
        anyOf: [
          { field: 'type', in: ['A/VM', 'A/disk'] },
          { field: 'type', equals: 'A/nic' },
        ],
      },
      not: { not: { field: 'type', equals: 'A/vm' } },
    };
    const entries = Object.entries(conditions).map(([name, condition]) => ({
      name,
      policy: compiled(auditIf(condition)),
    }));

    const index = indexByType(entries, (entry) => entry.policy);
    const names = ['a/VM', 'A/nic', 'B/other'].map((type) =>
      index.candidates(type).map((entry) => entry.name),
    );

    expect(names).toEqual([
      ['any', 'vm', 'either', 'not'],
      ['any', 'either', 'not'],
      ['any', 'not'],
    ]);
  });
});
