import type { Blobs, ContainerDeclaration } from '#platform/blobs.ts';
import { type TableDeclaration, type Tables, WriteConflict } from '#platform/tables.ts';
import { answerOf, type Check, type Finding, failed, found, ok } from './finding.ts';

type Ports = {
  readonly tables: Tables;
  readonly blobs: Blobs;
  readonly tableDeclarations: readonly TableDeclaration[];
  readonly containers: readonly ContainerDeclaration[];
  readonly isLocal: boolean;
};

/** Reads and deletes a row and a blob that there are not: both answer only who has the role. */
export function storageChecks({ tables, blobs, tableDeclarations, containers, isLocal }: Ports): Check[] {
  return [
    {
      name: 'tables',
      run: () =>
        Promise.all(
          tableDeclarations.map((table) =>
            found(() => tryTable(tables, table), explain({ check: 'tables', subject: table.name, isLocal })),
          ),
        ),
    },
    {
      name: 'containers',
      run: () =>
        Promise.all(
          containers.map((container) =>
            found(
              () => tryContainer(blobs, container),
              explain({ check: 'containers', subject: container.name, isLocal }),
            ),
          ),
        ),
    },
  ];
}

async function tryTable(tables: Tables, declaration: TableDeclaration): Promise<Finding> {
  const partition = tables.open(declaration).system('doctor');
  await partition.get('none');
  await partition.write({ kind: 'delete', rowKey: 'none' }).catch((error) => {
    if (!(error instanceof WriteConflict)) throw error;
  });
  return ok('tables', declaration.name, 'read and written');
}

async function tryContainer(blobs: Blobs, declaration: ContainerDeclaration): Promise<Finding> {
  await blobs.ping(declaration);
  await blobs.forTenant(declaration, 'doctor').delete('none');
  return ok('containers', declaration.name, 'read and written');
}

const ROLES = { tables: 'Storage Table Data Contributor', containers: 'Storage Blob Data Contributor' };

function explain(given: { check: keyof typeof ROLES; subject: string; isLocal: boolean }) {
  const { check, subject, isLocal } = given;
  const role = ROLES[check];
  return (error: unknown): Finding => {
    const { status, code, words } = answerOf(error);
    if (status === 404) {
      const mend = isLocal ? 'npm start makes it again' : 'azd provision';
      return failed(check, subject, { detail: 'it is missing', mend });
    }
    if (status === 401 || status === 403) {
      const mend = isLocal ? 'npm run reset && npm start' : `azd provision (it assigns ${role})`;
      return failed(check, subject, { detail: `refused (${code}): the role ${role} is not granted`, mend });
    }
    const mend = isLocal ? 'npm start' : 'see docs/operations/alerts.md#storage-unavailable';
    return failed(check, subject, { detail: `does not answer: ${words}`, mend });
  };
}
