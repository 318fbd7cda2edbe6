/** What the API needs of monitoring; the daemon provides it. */
export interface MonitoringApi {
  /** Whether each answers at all, by the settings. */
  offers(): { readonly health: boolean; readonly metrics: boolean };
  /** With the names of accounts and rooms, or only counts: without a valid token there are only counts. */
  health(named: boolean): HealthReport;
  /** In the text format of Prometheus; `named` as above. */
  metrics(named: boolean): string;
}

interface HealthReport {
  readonly status: 'ok' | 'failing';
  readonly version: string;
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  /** Why it fails; empty where it does not. */
  readonly reasons: readonly HealthEntry[];
  /** What is wrong, and does not make it fail. */
  readonly warnings: readonly HealthEntry[];
}

export interface HealthEntry {
  readonly code: string;
  readonly message: string;
  readonly count?: number;
  readonly account?: string;
  readonly room?: string;
  /** UTC, ISO 8601. */
  readonly since?: string;
}
