import { expect, test } from 'vitest';
import { findConnection, isDisabled, resolvePlaceholders } from './app-settings.ts';

test('placeholders are replaced, a missing one is named', () => {
  expect(resolvePlaceholders('a-%X%-%Y%', { X: '1', Y: '2' })).toBe('a-1-2');
  expect(() => resolvePlaceholders('%X%', {})).toThrow('the setting X of %X% is missing');
});

test.each([
  [{ Bus: 'a' }, 'a'],
  [{ AzureWebJobsBus: 'b' }, 'b'],
  [{ AzureWebJobsBus: 'b', Bus: 'a' }, 'b'],
])('the connection of %j is %s', (settings, value) => {
  expect(findConnection('Bus', settings)).toEqual({ kind: 'connectionString', value });
});

test('a section of settings is an identity', () => {
  const connection = findConnection('Bus', { Bus__fullyQualifiedNamespace: 'n', Bus__clientId: 'c' });

  expect(connection).toEqual({
    kind: 'identity',
    section: { fullyqualifiednamespace: 'n', clientid: 'c' },
  });
});

test('a connection that no setting names is undefined', () => {
  expect(findConnection('Bus', { Bus: '', Buses: 'a' })).toBeUndefined();
});

test.each([
  [{ 'AzureWebJobs.f.Disabled': 'true' }, true],
  [{ AzureWebJobs_f_Disabled: '1' }, true],
  [{ 'AzureWebJobs.f.Disabled': 'false' }, false],
  [{}, false],
])('%j: disabled is %s', (settings, expected) => {
  expect(isDisabled('f', settings)).toBe(expected);
});
