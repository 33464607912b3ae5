/** Places names beside circles so that they hide neither each other nor other circles. */

export interface Circle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** What a circle is called, as large as its text is. */
export interface Label {
  readonly circle: Circle;
  readonly width: number;
  readonly height: number;
}

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Where a label stands. */
export interface LabelPlace extends Rectangle {
  /** From the circle to the label, where that is not right beside it. */
  readonly leader: readonly [from: Point, to: Point] | null;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Candidate extends LabelPlace {
  /** How much worse it is than others that hide nothing. */
  readonly cost: number;
}

const directions = Array.from({ length: 16 }, (_, i) => (i * Math.PI) / 8);
/** Between a circle and its label. */
const distances = [3, 12, 24, 40, 60];

/**
 * A place for each label within `bounds`: first each by itself, then each once more among the others, until
 * nothing gets better.
 */
export function placeLabels(labels: readonly Label[], bounds: Rectangle): LabelPlace[] {
  const circles = labels.map(({ circle }) => circle);
  const candidates = labels.map((label) => candidatesOf(label, circles, bounds));
  const chosen = candidates.map((places) => cheapest(places, []));
  for (let pass = 0, better = true; pass < 20 && better; pass++) {
    better = false;
    candidates.forEach((places, i) => {
      const others = chosen.filter((_, other) => other !== i);
      const best = cheapest(places, others);
      if (total(best, others) < total(chosen[i], others) - 1e-9) {
        chosen[i] = best;
        better = true;
      }
    });
  }
  return chosen;
}

const cheapest = (places: readonly Candidate[], others: readonly Candidate[]): Candidate =>
  places.reduce((best, place) => (total(place, others) < total(best, others) ? place : best));

const total = (place: Candidate, others: readonly Candidate[]): number =>
  others.reduce(
    (sum, other) => sum + 20 * overlap(grown(place), grown(other)) + 400 * crossings(place, other),
    place.cost,
  );

function candidatesOf(label: Label, circles: readonly Circle[], bounds: Rectangle): Candidate[] {
  const { circle } = label;
  return distances.flatMap((distance, level) =>
    directions.map((angle) => {
      const [dx, dy] = [Math.cos(angle), -Math.sin(angle)];
      const place = beside(label, { dx, dy }, distance);
      const leader = level < 2 ? null : leaderTo(place, circle);
      const aslant = Math.min(Math.abs(dx), Math.abs(dy));
      const cost =
        12 * level * level +
        6 * aslant +
        (dx > 0.9 ? 0 : 3) +
        1000 * outside(place, bounds) +
        circles.reduce((sum, other) => sum + covered(place, other), 0) +
        (leader ? 60 * circles.filter((o) => o !== circle && isCrossed(leader, o)).length : 0);
      return { ...place, leader, cost };
    }),
  );
}

/** The place in a direction that is as near as it may be. */
function beside(
  { circle, width, height }: Label,
  { dx, dy }: { dx: number; dy: number },
  distance: number,
): Rectangle {
  const clear = circle.radius + distance;
  const placeAt = (away: number): Rectangle => {
    const left = circle.x + dx * away - width / 2;
    const top = circle.y + dy * away - height / 2;
    return { left, top, right: left + width, bottom: top + height };
  };
  const farthest = clear + width + height;
  let away = clear;
  while (away < farthest) {
    const nearest = nearestIn(placeAt(away), circle);
    if (Math.hypot(nearest.x - circle.x, nearest.y - circle.y) >= clear) break;
    away++;
  }
  return placeAt(away);
}

const nearestIn = ({ left, top, right, bottom }: Rectangle, { x, y }: Point): Point => ({
  x: Math.min(Math.max(x, left), right),
  y: Math.min(Math.max(y, top), bottom),
});

function leaderTo(place: Rectangle, { x, y, radius }: Circle): readonly [Point, Point] {
  const end = nearestIn(place, { x, y });
  const part = radius / Math.hypot(end.x - x, end.y - y);
  return [{ x: x + (end.x - x) * part, y: y + (end.y - y) * part }, end];
}

/** With some air around it. */
const grown = ({ left, top, right, bottom }: Rectangle): Rectangle => ({
  left: left - 3,
  top: top - 1,
  right: right + 3,
  bottom: bottom + 1,
});

function overlap(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

const outside = ({ left, top, right, bottom }: Rectangle, bounds: Rectangle): number =>
  Math.max(0, bounds.left - left) +
  Math.max(0, bounds.top - top) +
  Math.max(0, right - bounds.right) +
  Math.max(0, bottom - bounds.bottom);

/** About how much of a label lies in a circle, its middle counting most. */
function covered(place: Rectangle, { x, y, radius }: Circle): number {
  const { left, top, right, bottom } = place;
  const [columns, rows] = [12, 3];
  let hits = 0;
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < rows; j++) {
      const px = left + ((i + 0.5) * (right - left)) / columns;
      const py = top + ((j + 0.5) * (bottom - top)) / rows;
      const distance = Math.hypot(px - x, py - y);
      if (distance < radius + 2) hits += distance < 6 ? 8 : 1;
    }
  }
  return (0.6 * hits * (right - left) * (bottom - top)) / (columns * rows);
}

/** How many leaders of two labels cross the other label. */
function crossings(a: LabelPlace, b: LabelPlace): number {
  const hits = (one: LabelPlace, other: LabelPlace): number =>
    one.leader && pointsOf(one.leader).some((point) => contains(other, point)) ? 1 : 0;
  return hits(a, b) + hits(b, a);
}

const contains = ({ left, top, right, bottom }: Rectangle, { x, y }: Point): boolean =>
  x > left && x < right && y > top && y < bottom;

const isCrossed = (leader: readonly [Point, Point], { x, y, radius }: Circle): boolean =>
  pointsOf(leader).some((point) => Math.hypot(point.x - x, point.y - y) < Math.min(radius, 6));

const pointsOf = ([from, to]: readonly [Point, Point]): Point[] =>
  Array.from({ length: 9 }, (_, i) => ({
    x: from.x + ((to.x - from.x) * i) / 8,
    y: from.y + ((to.y - from.y) * i) / 8,
  }));
