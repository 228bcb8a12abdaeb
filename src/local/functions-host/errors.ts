/** Why the host cannot start: one readable line per problem. */
export class HostStartError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('\n'), options);
    this.name = 'HostStartError';
    this.problems = problems;
  }
}
