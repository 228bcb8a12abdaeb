import type { Blobs, ContainerDeclaration } from '#platform/blobs.ts';
import { type TableDeclaration, type Tables, WriteConflict } from '#platform/tables.ts';
import { answerOf, type Check, failed, found, ok } from './finding.ts';

/** Reads and deletes a row and a blob that there are not: both answer only who has the role. */
export function storageChecks(ports: {
  readonly tables: Tables;
  readonly blobs: Blobs;
  readonly tableDeclarations: readonly TableDeclaration[];
  readonly containers: readonly ContainerDeclaration[];
  readonly isLocal: boolean;
}): Check[] {
  const { tables, blobs, isLocal } = ports;
  const remake = isLocal ? 'npm start makes it again' : 'azd provision';

  function explain(check: string, subject: string, role: string) {
    return (error: unknown) => {
      const { status, code, words } = answerOf(error);
      if (status === 404) return failed(check, subject, { detail: 'it is missing', mend: remake });
      if (status === 401 || status === 403)
        return failed(check, subject, {
          detail: `refused (${code}): the role ${role} is not granted`,
          mend: isLocal ? 'npm run reset && npm start' : `azd provision (it assigns ${role})`,
        });
      const mend = isLocal ? 'npm start' : 'see docs/operations/alerts.md#storage-unavailable';
      return failed(check, subject, { detail: `does not answer: ${words}`, mend });
    };
  }

  async function tryTable(declaration: TableDeclaration) {
    const partition = tables.open(declaration).system('doctor');
    await partition.get('none');
    await partition.write({ kind: 'delete', rowKey: 'none' }).catch((error) => {
      if (!(error instanceof WriteConflict)) throw error;
    });
    return ok('tables', declaration.name, 'read and written');
  }

  async function tryContainer(declaration: ContainerDeclaration) {
    await blobs.ping(declaration);
    await blobs.forTenant(declaration, 'doctor').delete('none');
    return ok('containers', declaration.name, 'read and written');
  }

  const tableRole = 'Storage Table Data Contributor';
  const blobRole = 'Storage Blob Data Contributor';
  return [
    {
      name: 'tables',
      run: () =>
        Promise.all(
          ports.tableDeclarations.map((table) =>
            found(() => tryTable(table), explain('tables', table.name, tableRole)),
          ),
        ),
    },
    {
      name: 'containers',
      run: () =>
        Promise.all(
          ports.containers.map((container) =>
            found(() => tryContainer(container), explain('containers', container.name, blobRole)),
          ),
        ),
    },
  ];
}
