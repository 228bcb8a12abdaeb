/** A standard that definitions are mapped to. */
export interface Framework {
  readonly title: string;
  readonly edition: string;
  /** Begins the names of the initiative's groups. */
  readonly prefix: string;
}

/** The standards and the editions whose control ids the pack cites. */
export const frameworks = {
  cisAzure: {
    title: 'CIS Microsoft Azure Foundations Benchmark',
    edition: '2.0.0',
    prefix: 'CIS_Azure_2.0.0',
  },
  nist80053: { title: 'NIST SP 800-53', edition: 'Rev. 5', prefix: 'NIST_SP_800-53_R5' },
  iso27001: { title: 'ISO/IEC 27001 Annex A', edition: '2022', prefix: 'ISO_IEC_27001_2022' },
  pciDss: { title: 'PCI DSS', edition: '4.0', prefix: 'PCI_DSS_v4.0' },
  mcsb: { title: 'Microsoft cloud security benchmark', edition: 'v1', prefix: 'MCSB_v1' },
} as const satisfies Readonly<Record<string, Framework>>;

export type FrameworkName = keyof typeof frameworks;

/** Control ids by standard; a standard that says nothing of the matter is left out. */
export type Frameworks = Readonly<Partial<Record<FrameworkName, readonly string[]>>>;

/** Every standard, in the order in which they are shown. */
export const frameworkNames = Object.keys(frameworks) as readonly FrameworkName[];
