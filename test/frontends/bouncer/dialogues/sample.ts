// The dialogues that are told in every run of the tests.

/** What the dialogues are there for: the chapters of XEP-0045, and the XEPs beside it. */
export const SUBJECTS = [
  '0045 6', '0045 7', '0045 8', '0045 9', '0045 10', '0249', '0402', '0410', '0421', '0424', '0425', '0444', '0461', '0313', '0191', '0280', '0352', '0357', '0198',
] as const;

/** `XEP-0045 7.2.2: alice enters` is of `0045 7`, and `XEP-0198 3: …` of `0198`. */
export function subjectOf(name: string): string {
  const [, xep = '', chapter = ''] = /^XEP-(\d{4}) (\d+)/.exec(name) ?? [];
  return xep === '0045' ? `${xep} ${chapter}` : xep;
}

/** One of each subject, then one of each other XEP, then the next of each, until there are so many. */
export function sampleOf(names: readonly string[], most: number): string[] {
  const groups = Map.groupBy(names, subjectOf);
  const order = new Set<string>([...SUBJECTS, ...groups.keys()]);
  const left = [...order].map((subject) => [...(groups.get(subject) ?? [])]);
  const sample: string[] = [];
  while (sample.length < Math.min(most, names.length)) {
    for (const group of left) {
      const [one] = group.splice(Math.floor(group.length / 2), 1); // the first of a subject are the plainest
      if (one !== undefined && sample.length < most) sample.push(one);
    }
  }
  return sample;
}
