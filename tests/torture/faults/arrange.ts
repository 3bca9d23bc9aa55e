// How a trouble is put in its place: a fault that is played when a call arrives, or something that happens in the world in
// that moment, before the call is answered.
import type { Fault, FaultMatch, FaultSubject } from "../../../double/faults.ts";
import { serverError } from "../../../double/fault-presets.ts";
import type { Story } from "../../support/story.ts";
import type { CallClass } from "./calls.ts";
import type { Scene } from "./play.ts";

/**
 * Where a trouble is put: the nth call of a class in one scene. `undo` takes back what is still arranged in the end;
 * `struck`: when the call came, milliseconds since 1970, null before.
 */
export type Place = {
  story: Story;
  scene: Omit<Scene, "pull">;
  call: CallClass;
  match: FaultMatch;
  undo: (() => void)[];
  struck: number | null;
};

/** Plays the fault at that call, and at those of its kind that follow. */
export function add(place: Place, fault: Fault, times = 1): void {
  const { story, match, undo } = place;
  const { when, nth = 1 } = match;
  let seen = 0;
  const counted: FaultMatch = {
    ...match,
    when: (subject) => {
      if (when?.(subject) === false) return false;
      seen += 1;
      if (seen >= nth) place.struck ??= Date.now();
      return true;
    },
  };
  undo.push(story.double.faults.add({ match: counted, fault, times }));
}

/** Lets `what` happen when the call arrives. */
export function happen(place: Place, what: (place: Place, call: FaultSubject) => void): void {
  const { story, match, undo } = place;
  const { when, nth = 1 } = match;
  let left = nth;
  const arrives: FaultMatch = {
    ...match,
    nth: 1,
    when: (subject) => {
      if (left === 0 || when?.(subject) === false) return false;
      left -= 1;
      if (left === 0) place.struck = Date.now();
      if (left === 0) what(place, subject);
      return false;
    },
  };
  undo.push(story.double.faults.add({ match: arrives, fault: serverError }));
}
