// `varve/storage/postgres`: repositories in PostgreSQL, through the driver that you have.
export { postgres } from "./postgres/adapter.js";
export type {
  NeonSql,
  PostgresConnection,
  PostgresDriver,
  PostgresJs,
  PostgresRow,
  QueryObject,
} from "./postgres/drivers.js";
export { type BypassingRole, postgresSchema, type SchemaOptions } from "./postgres/migrations.js";
export type { PostgresOptions, PostgresStorage } from "./postgres/options.js";
