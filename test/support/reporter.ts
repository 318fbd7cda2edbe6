// The end of a test run in words: each skipped test with its reason, each failed one with its error, then one line that counts.
import type { Reporter, SerializedError, TestCase, TestModule, TestRunEndReason, TestSuite } from 'vitest/node';

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Full names with the first line of what was wrong; not one each where an error belongs to no test. */
  readonly failures: readonly string[];
  /** Full names with reasons. */
  readonly skipped: readonly string[];
  /** Full names of those that were skipped and did not say why; they count as failed. */
  readonly unexplained: readonly string[];
}

/** The last lines: the skipped tests, those that failed, and `Tests: N passed, N failed, N skipped`. */
export function summary({ passed, failed, failures, skipped, unexplained }: Outcome): string {
  const reasons = skipped.map((name) => `Skipped: ${name}`);
  const silent = unexplained.map((name) => `Skipped without a reason, which is a failure: ${name}`);
  const wrong = failures.map((name) => `Failed: ${name}`);
  return [...reasons, ...silent, ...wrong, `Tests: ${passed} passed, ${failed} failed, ${skipped.length} skipped`].join('\n');
}

/**
 * Adds up what ran. A file that did not load, a test whose hook failed, one that is skipped without a reason, an error outside of any test,
 * and a run of nothing are failures.
 */
export function outcomeOf(modules: readonly TestModule[], errors: readonly SerializedError[]): Outcome {
  const skipped: string[] = [];
  const unexplained: string[] = [];
  const failures = errors.map((error) => `outside of any test: ${firstLine(error)}`);
  let passed = 0;
  let failed = errors.length;
  for (const module of modules) {
    const before = failed;
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (isUnasked(test)) continue;
      if (result.state === 'passed') passed += 1;
      else if (result.state === 'skipped' && result.note !== undefined) skipped.push(`${nameOf(test)}: ${result.note}`);
      else {
        failed += 1; // a test that never ended did not pass, nor one whose hook failed
        if (result.state === 'skipped' && !isInTrouble(test.parent)) unexplained.push(nameOf(test));
        else failures.push(`${nameOf(test)}: ${firstLine(result.errors?.[0] ?? errorAround(test.parent))}`);
      }
    }
    // What failed beside the tests: the file itself, or a hook after them.
    if (failed === before && module.state() === 'failed') {
      failed += 1;
      failures.push(`${module.relativeModuleId}: ${firstLine(module.errors()[0] ?? errorWithin(module))}`);
    }
  }
  if (passed + failed === 0) failed = 1;
  return { passed, failed, failures, skipped, unexplained };
}

const firstLine = (error: Partial<SerializedError> = { message: 'it never ended' }): string => error.message?.split('\n')[0] ?? 'it does not say why';

const nameOf = (test: TestCase): string => `${test.module.relativeModuleId} > ${test.fullName}`;

/** Whether a hook around it failed: the tests in there are then marked as skipped. */
function isInTrouble(suite: TestSuite | TestModule): boolean {
  return suite.errors().length > 0 || (suite.type === 'suite' && isInTrouble(suite.parent));
}

/** What the hook said that failed around a test. */
function errorAround(suite: TestSuite | TestModule): SerializedError | undefined {
  return suite.errors()[0] ?? (suite.type === 'suite' ? errorAround(suite.parent) : undefined);
}

/** What a hook said that failed after the tests of a file. */
function errorWithin(module: TestModule): SerializedError | undefined {
  return [...module.children.allSuites()].flatMap((suite) => suite.errors())[0];
}

/** Whether the person asked for others only (`-t`). */
function isUnasked(test: TestCase): boolean {
  const asked = test.project.config.testNamePattern;
  return asked !== undefined && test.result().state === 'skipped' && !asked.test(test.fullName);
}

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
