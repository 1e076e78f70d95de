import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  changeApplication,
  declareApplication,
  type ApplicationChange,
  type Declared,
  type DeclaredApplicationRow,
} from "@roombridge/rooms";
import { newAppSecret } from "../secrets.ts";
import type { Change } from "./change.ts";
import { planDeployment } from "./plan-deployment.ts";
import type { FiledApplication } from "./secret-files.ts";

/** What must be done for the applications of the file; `problems` when that cannot be. */
export function planApplications(
  filed: readonly FiledApplication[],
  { applications }: Declared,
  orgId: string,
): { readonly changes: Change[]; readonly problems: string[] } {
  const changes: Change[] = [];
  const problems: string[] = [];
  for (const [index, application] of filed.entries()) {
    const { appId, appName } = application;
    const path = `applications.${index}`;
    const found = applications.find((one) => one.appId === appId);
    const namesake = applications.find(
      (one) =>
        one.appName === appName &&
        one.orgId === orgId &&
        one.deletedAt === null &&
        one.appId !== appId &&
        // It may give the name away by the same file.
        !filed.some((other) => other.appId === one.appId),
    );
    if (found && found.orgId !== orgId) problems.push(`${path}.appId: another organisation has this application`);
    if (namesake) problems.push(`${path}.appName: application ${namesake.appId} has this name`);
    changes.push(...planApplication(application, found, orgId));
  }
  return { changes: [...planNamesGivenAway(filed, applications), ...changes], problems };
}

/** Applications whose name is to be another one's are called something else first: two may swap their names, whatever their order. */
function planNamesGivenAway(
  filed: readonly FiledApplication[],
  applications: readonly DeclaredApplicationRow[],
): Change[] {
  return applications.flatMap(({ appId, appName, deletedAt }) => {
    const wanted = filed.find((one) => one.appId === appId);
    const isTaken = filed.some((one) => one.appName === appName && one.appId !== appId);
    if (deletedAt !== null || !wanted || !isTaken) return [];
    const change = { appName: `renamed-${randomBytes(8).toString("hex")}` };
    return [
      {
        what: `application ${appId}: gives its name ${appName} away`,
        make: (database) => changeApplication(database, appId, change),
      },
    ];
  });
}

function planApplication(filed: FiledApplication, found: DeclaredApplicationRow | undefined, orgId: string): Change[] {
  const { appId, appName } = filed;
  const changes: Change[] = [];
  const isThere = found !== undefined && found.deletedAt === null;
  if (!isThere) {
    const appSecret = filed.appSecret ?? newAppSecret();
    changes.push({
      what: `application ${appId}: created`,
      make: (database) => declareApplication(database, { appId, orgId, appName, appSecret }),
    });
  }
  const change = applicationChange(filed, found);
  const names = Object.keys(change);
  if (names.length > 0) {
    changes.push({
      what: `application ${appId}: ${names.join(", ")} set`,
      make: (database) => changeApplication(database, appId, change),
    });
  }
  return [...changes, ...planDeployment(filed, isThere ? found.deployment : undefined, orgId)];
}

/** What the file says and the application has not. */
function applicationChange(filed: FiledApplication, found: DeclaredApplicationRow | undefined): ApplicationChange {
  const { appName, appSecret, authConfiguration, serviceConfig, maxProcesses, maxRooms, playerIceServers } = filed;
  const wanted = { authConfiguration, serviceConfig, maxProcesses, maxRooms, playerIceServers };
  // What a new application is created with needs no change.
  const named = found ? { appName, appSecret, ...wanted } : wanted;
  const now: Partial<DeclaredApplicationRow> = found ?? NEW;
  const changed = Object.entries(named).filter(
    ([name, value]) => value !== undefined && !isDeepStrictEqual(value, now[name as keyof ApplicationChange]),
  );
  return Object.fromEntries(changed);
}

const NEW = { authConfiguration: {}, serviceConfig: null, maxProcesses: null, maxRooms: null, playerIceServers: false };
