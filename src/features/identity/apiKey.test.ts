import { describe, expect, it } from 'vitest';
import { generateApiKey, hashApiKey, isWellFormed } from './apiKey.ts';

describe('API keys', () => {
  it('are different, of one form, and pass their own checksum', () => {
    const keys = Array.from({ length: 100 }, generateApiKey);

    expect(new Set(keys).size).toBe(100);
    expect(keys.every((key) => /^pcx_[0-9A-Za-z]{49}$/.test(key) && isWellFormed(key))).toBe(true);
  });

  it('with a mistyped character are known to be none', () => {
    const key = generateApiKey();

    const mistyped = Array.from(key.slice(4), (character, index) => {
      const other = character === 'a' ? 'b' : 'a';
      return `${key.slice(0, 4 + index)}${other}${key.slice(5 + index)}`;
    });

    expect(mistyped.filter(isWellFormed)).toEqual([]);
    expect(['', 'pcx_', `${key}x`, key.replace('pcx_', 'abc_')].filter(isWellFormed)).toEqual([]);
  });

  it('are stored as a hash that does not hold them', () => {
    const key = generateApiKey();

    expect(hashApiKey(key)).toMatch(/^[\da-f]{64}$/);
    expect(hashApiKey(key)).not.toContain(key.slice(4));
  });
});
