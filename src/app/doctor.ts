/** Is this machine and this workspace in order? One finding a line, with what to do where it is not. */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openBook } from '../db/book.ts';
import { lastRun } from '../ledger/store.ts';
import type { Workspace } from '../plan/plan.ts';
import { formatDay } from '../value/period.ts';
import { hasErrors } from '../value/diagnostic.ts';
import { lastImport } from './calculate.ts';
import { type EngineSession, stopReason } from './engine-session.ts';
import { ensureStore } from './import-store.ts';
import { VERSION } from './versions.ts';
import { openWorkspace, type WorkspacePaths } from './workspace-files.ts';
