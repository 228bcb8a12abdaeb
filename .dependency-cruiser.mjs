// Arrows of the house: main, local → functions → features → http → platform (docs/architecture.md).
const rooms = ['functions', 'http', 'features', 'platform', 'local'];
const wiring = '^src/(main|services|declarations)\\.ts$';

function mayOnlyImport(room, allowed) {
  const forbidden = rooms
    .filter((other) => other !== room && !allowed.includes(other))
    .map((other) => `^src/${other}/`);
  return {
    name: `${room}-imports`,
    comment: `src/${room} may import only ${allowed.join(', ') || 'itself'}`,
    severity: 'error',
    from: { path: `^src/${room}/`, pathNot: '\\.test\\.ts$' },
    to: { path: forbidden },
  };
}

export default {
  forbidden: [
    mayOnlyImport('platform', []),
    mayOnlyImport('http', ['platform']),
    mayOnlyImport('features', ['http', 'platform']),
    mayOnlyImport('functions', ['features', 'http', 'platform']),
    {
      name: 'local-is-an-island',
      comment: 'nothing imports local mode',
      severity: 'error',
      from: { path: '^src/(?!local/)' },
      to: { path: '^src/local/' },
    },
    {
      name: 'only-doors-are-wired',
      comment: 'only the wiring and local mode import main, services and declarations',
      severity: 'error',
      from: { path: '^src/(features|http|platform)/' },
      to: { path: wiring },
    },
    {
      name: 'features-by-their-face',
      comment: 'a feature is imported through its index.ts',
      severity: 'error',
      from: { path: '^src/features/([^/]+)/' },
      to: { path: '^src/features/', pathNot: ['^src/features/$1/', '^src/features/[^/]+/index\\.ts$'] },
    },
    {
      name: 'face-from-outside',
      comment: 'outside features, too',
      severity: 'error',
      from: { path: '^src/(?!features/)' },
      to: { path: '^src/features/', pathNot: '^src/features/[^/]+/index\\.ts$' },
    },
    {
      name: 'sdks-in-platform',
      comment: 'only platform imports the Azure SDKs, only functions the Functions library; local mode may',
      severity: 'error',
      from: { path: '^src/(features|http)/', pathNot: '\\.test\\.ts$' },
      to: { path: 'node_modules/@azure/' },
    },
    {
      name: 'functions-library',
      comment: 'only the doors import @azure/functions',
      severity: 'error',
      from: { path: '^src/(platform|services|declarations)' },
      to: { path: 'node_modules/@azure/functions/' },
    },
    {
      name: 'engines-are-pure',
      comment: 'search and policy do no I/O',
      severity: 'error',
      from: { path: '^src/features/(search|policy)/', pathNot: '\\.test\\.ts$' },
      to: { path: ['^src/platform/', '^src/http/', '^(node:)?(fs|net|http|https|child_process|timers)'] },
    },
    {
      name: 'no-tests-in-src',
      comment: 'src never imports test',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-cycles',
      comment: 'no import cycles',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'every import resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^test/apps/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js'],
    },
  },
};
