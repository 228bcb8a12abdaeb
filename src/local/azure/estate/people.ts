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

export type Person = { readonly name: string; readonly upn: string; readonly objectId: string };

export const domain = 'contoso.onmicrosoft.com';

/** One of the estate's forty-odd regular people. */
export function pickPerson(random: Random): Person {
  const first = random.int(0, given.length - 1);
  const last = (first * 7 + random.int(0, 2)) % family.length;
  const name = `${given[first]} ${family[last]}`;
  const upn = `${name.toLowerCase().replace(' ', '.')}@${domain}`;
  return { name, upn, objectId: stableId(0x50, first * 100 + last) };
}

export type Application = { readonly name: string; readonly appId: string; readonly objectId: string };

export function pickApplication(random: Random): Application {
  const index = random.int(0, applications.length - 1);
  return {
    name: applications[index] ?? applications[0],
    appId: stableId(0xa0, index),
    objectId: stableId(0xa1, index),
  };
}

function stableId(kind: number, index: number): string {
  const tail = (kind * 65_536 + index * 7919).toString(16).padStart(12, '0');
  return `${(kind * 16_777_259 + index * 104_729).toString(16).padStart(8, '0').slice(-8)}-51ab-4c0d-9e0f-${tail}`;
}
