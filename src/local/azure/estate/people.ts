import type { Random } from './random.ts';

const given = [
  'Anna',
  'Ben',
  'Chidi',
  'Dana',
  'Elena',
  'Farid',
  'Grace',
  'Hiro',
  'Ines',
  'Jonas',
  'Karim',
  'Lena',
  'Marek',
  'Nadia',
  'Oskar',
  'Priya',
  'Quentin',
  'Rosa',
  'Sven',
  'Tara',
] as const;
const family = [
  'Almeida',
  'Bauer',
  'Chen',
  'Dubois',
  'Eriksen',
  'Fischer',
  'Garcia',
  'Haddad',
  'Ivanov',
  'Jansen',
  'Kowalski',
  'Lindqvist',
  'Moreau',
  'Novak',
  'Okafor',
  'Patel',
  'Rossi',
  'Sato',
  'Tanaka',
  'Weber',
] as const;
const applications = [
  'terraform-deploy',
  'github-actions',
  'azure-devops-prod',
  'backup-operator',
  'policy-remediation',
] as const;

export const domain = 'contoso.onmicrosoft.com';

export type Person = { readonly name: string; readonly upn: string; readonly objectId: string };

const people = given.flatMap((name, first) => [0, 1, 2].map((step) => personAt(name, first, step)));
const pipelines = applications.map((name, index) => applicationAt(name, index));

/** One of the estate's sixty regular people. */
export function pickPerson(random: Random): Person {
  return people[random.int(0, people.length - 1)] ?? personAt(given[0], 0, 0);
}

function personAt(firstName: string, first: number, step: number): Person {
  const last = (first * 7 + step) % family.length;
  const name = `${firstName} ${family[last]}`;
  const upn = `${name.toLowerCase().replace(' ', '.')}@${domain}`;
  return { name, upn, objectId: stableId(0x50, first * 100 + last) };
}

export type Application = { readonly name: string; readonly appId: string; readonly objectId: string };

export function pickApplication(random: Random): Application {
  return pipelines[random.int(0, pipelines.length - 1)] ?? applicationAt(applications[0], 0);
}

function applicationAt(name: string, index: number): Application {
  return { name, appId: stableId(0xa0, index), objectId: stableId(0xa1, index) };
}

function stableId(kind: number, index: number): string {
  const tail = (kind * 65_536 + index * 7919).toString(16).padStart(12, '0');
  return `${(kind * 16_777_259 + index * 104_729).toString(16).padStart(8, '0').slice(-8)}-51ab-4c0d-9e0f-${tail}`;
}
