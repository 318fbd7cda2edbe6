// The end of a test run in words: each skipped test with its reason, then one line that counts.
import type { Reporter, SerializedError, TestCase, TestModule, TestRunEndReason } from 'vitest/node';

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Full names with reasons. */
  readonly skipped: readonly string[];
  /** Full names of those that failed at first: passed, and to be looked at. */
  readonly unsteady: readonly string[];
}

/** The last lines: the skipped tests, and `Tests: N passed, N failed, N skipped`. */
export function summary({ passed, failed, skipped, unsteady }: Outcome): string {
  const reasons = skipped.map((name) => `Skipped: ${name}`);
  const second = unsteady.map((name) => `Passed at the second try: ${name}`);
  return [...reasons, ...second, `Tests: ${passed} passed, ${failed} failed, ${skipped.length} skipped`].join('\n');
}

/**
 * Adds up what ran. A file that did not load, an error outside of any test, and a run of nothing are
 * failures.
 */
export function outcomeOf(modules: readonly TestModule[], errors: readonly unknown[]): Outcome {
  const skipped: string[] = [];
  const unsteady: string[] = [];
  let passed = 0;
  let failed = errors.length;
  for (const module of modules) {
    const before = failed;
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (test.diagnostic()?.flaky) unsteady.push(nameOf(test));
      if (result.state === 'passed') passed += 1;
      else if (result.state === 'skipped') skipped.push(`${nameOf(test)}: ${result.note ?? 'no reason given'}`);
      else failed += 1; // a test that never ended did not pass
    }
    // What failed beside the tests: the file itself, or a hook around them.
    if (failed === before && module.state() === 'failed') failed += 1;
  }
  if (passed + failed === 0) failed = 1;
  return { passed, failed, skipped, unsteady };
}

const nameOf = (test: TestCase): string => `${test.module.relativeModuleId} > ${test.fullName}`;

export default class SummaryReporter implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[], errors: readonly SerializedError[], reason: TestRunEndReason,
  ): void {
    const outcome = outcomeOf(modules, errors);
    const interrupted = reason === 'interrupted' && outcome.failed === 0;
    const told = interrupted ? { ...outcome, failed: 1 } : outcome;
    if (told.failed > 0) process.exitCode = 1;
    process.stdout.write(`\n${summary(told)}\n`);
  }
}
