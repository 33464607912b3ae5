/** Terminal drawings: functions from data to text, coloured only when the caller says so. */

export { type Bar, type BarOptions, drawBars } from './bars.js';
export { type ConfusionMatrixOptions, drawConfusionMatrix } from './confusion-matrix.js';
export { drawPictures, type Picture, type PictureOptions } from './picture.js';
