import type { Resource } from '../estate/model.ts';
import { normaliseLocation } from '../estate/regions.ts';
import { badRequest } from './failure.ts';

type Test = (resource: Resource) => boolean;

const fields: Readonly<Record<string, (resource: Resource) => string>> = {
  resourcetype: (resource) => resource.type,
  location: (resource) => normaliseLocation(resource.location),
  name: (resource) => resource.name,
  resourcegroup: (resource) => resource.id.split('/')[4] ?? '',
};

const comparison = /^\s*\(?\s*(\w+)\s+(eq|ne)\s+'((?:[^']|'')*)'\s*\)?\s*$/i;
const substring = /^\s*substringof\(\s*'((?:[^']|'')*)'\s*,\s*(\w+)\s*\)\s*$/i;

/** Compiles `$filter` of the resource lists: `and`/`or` over resourceType, location, name, resourceGroup and tags. */
export function parseFilter(filter: string | undefined): Test {
  if (filter === undefined || filter.trim() === '') return () => true;
  const alternatives = splitOutside(filter, 'or').map((part) => {
    const tests = conditions(splitOutside(part, 'and'), filter);
    return (resource: Resource) => tests.every((test) => test(resource));
  });
  return (resource) => alternatives.some((test) => test(resource));
}

/** Splits at a word that stands outside quotes. */
function splitOutside(text: string, word: string): string[] {
  return text.split(new RegExp(`\\s${word}\\s(?=(?:[^']*'[^']*')*[^']*$)`, 'i'));
}

function conditions(parts: readonly string[], filter: string): readonly Test[] {
  const tests: Test[] = [];
  let tagName: string | undefined;
  let tagValue: string | undefined;
  for (const part of parts) {
    const [, name = '', operator = '', quoted = ''] = comparison.exec(part) ?? [];
    const value = quoted.replaceAll("''", "'");
    if (name.toLowerCase() === 'tagname') tagName = value;
    else if (name.toLowerCase() === 'tagvalue') tagValue = value;
    else tests.push(name === '' ? contains(part, filter) : equals(name, operator, value));
  }
  if (tagName !== undefined) tests.push(tagged(tagName, tagValue));
  return tests;

  function equals(name: string, operator: string, value: string): Test {
    const read = fields[name.toLowerCase()];
    if (read === undefined) throw invalid(filter);
    const wanted = value.toLowerCase();
    return (resource) => (read(resource).toLowerCase() === wanted) === (operator.toLowerCase() === 'eq');
  }
}

function contains(part: string, filter: string): Test {
  const [, text, name] = substring.exec(part) ?? [];
  const read = fields[name?.toLowerCase() ?? ''];
  if (text === undefined || read === undefined) throw invalid(filter);
  return (resource) => read(resource).toLowerCase().includes(text.toLowerCase());
}

function tagged(name: string, value: string | undefined): Test {
  return (resource) => {
    const entry = Object.entries(resource.tags ?? {}).find(
      ([key]) => key.toLowerCase() === name.toLowerCase(),
    );
    return entry !== undefined && (value === undefined || entry[1] === value);
  };
}

function invalid(filter: string): Error {
  return badRequest(
    'InvalidFilterInQueryString',
    `Invalid $filter '${filter}' specified in the query string.`,
  );
}
