import { describe, expect, it } from 'vitest';
import { matchesEvent, matchesFilters } from './filters.ts';
import type { CustomFilter } from './schema.ts';

const data = {
  subscription_id: 'aaaaaaaa-0000-4000-8000-000000000001',
  resource_type: 'Microsoft.Compute/virtualMachines',
  severity: 'high',
  score: 7,
  tags: { env: 'Prod', 'a/b': 'x' },
  changed_paths: ['/tags/env'],
  actor: null,
};

describe('event names', () => {
  it.each([
    [['ResourceCreated'], 'ResourceCreated', true],
    [['Resource*'], 'ResourceDeleted', true],
    [['*'], 'anything', true],
    [['Compliance*ed'], 'ComplianceResolved', true],
    [['Resource*'], 'PolicyEvaluated', false],
    [['Custom(deploy.done)'], 'deploy.done', true],
    [[{ Custom: 'deploy.*' }], 'deploy.done', true],
    [['a*a'], 'a', false],
    [[], 'ResourceCreated', false],
  ])('%j and %s: %s', (names, type, expected) => {
    expect(matchesEvent(names, type)).toBe(expected);
  });
});

describe('filters', () => {
  it('need every kind to match, whatever the case', () => {
    const all = {
      subscription_ids: [data.subscription_id.toUpperCase()],
      resource_types: ['microsoft.compute/*'],
      severity_levels: ['High'],
    };

    expect(matchesFilters(all, data)).toBe(true);
    expect(matchesFilters({ ...all, severity_levels: ['low'] }, data)).toBe(false);
    expect(matchesFilters(undefined, data)).toBe(true);
  });

  it('let pass what has not the field, as the guide does', () => {
    expect(matchesFilters({ severity_levels: ['low'] }, { subscription_id: null })).toBe(true);
  });

  it("take the guide's map as equality", () => {
    expect(matchesFilters({ custom_filters: { 'tags.env': 'prod', score: 7 } }, data)).toBe(true);
    expect(matchesFilters({ custom_filters: { 'tags.env': 'dev' } }, data)).toBe(false);
  });

  it.each<[CustomFilter['path'], CustomFilter['operator'], unknown, boolean]>([
    ['tags.env', 'equals', 'prod', true],
    ['/tags/a~1b', 'equals', 'x', true],
    ['data.score', 'greater', 6, true],
    ['score', 'less', 6, false],
    ['tags.env', 'not_equals', 'prod', false],
    ['tags.none', 'not_equals', 'prod', true],
    ['tags.env', 'in', ['dev', 'PROD'], true],
    ['tags.env', 'not_in', ['dev'], true],
    ['changed_paths', 'contains', '/tags/env', true],
    ['tags.env', 'contains', 'ro', true],
    ['tags.env', 'starts_with', 'pr', true],
    ['tags.env', 'ends_with', 'OD', true],
    ['resource_type', 'like', '*/virtual*', true],
    ['tags.none', 'exists', false, true],
    ['actor', 'exists', true, false],
    ['__proto__.x', 'exists', true, false],
    ['constructor', 'exists', true, false],
  ])('%s %s %j: %s', (path, operator, value, expected) => {
    expect(matchesFilters({ custom_filters: [{ path, operator, value }] }, data)).toBe(expected);
  });
});
