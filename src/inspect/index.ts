/** Networks laid open: what their layers see in a picture. */

export * from './comparison/index.js';
export {
  type DiagramStyle,
  type DrawnNetwork,
  type DrawnTotals,
  drawNetworks,
  drawNetworksPage,
  drawnTotals,
  type PictureOptions,
} from './diagram/index.js';
export { featureMaps } from './feature-maps.js';
export { type GradCam, type GradCamOptions, gradCam, lastMaps } from './grad-cam.js';
export type { LayerFacts, LayerKind } from './layer-facts.js';
export { type LayerGraph, type LayerNode, layerGraph } from './layer-graph.js';
export { type LayerOutput, layerAt, layerOutputs } from './layer-outputs.js';
export { mapLayers } from './map-layers.js';
export { type Occlusion, type OcclusionOptions, occlusionMap } from './occlusion.js';
export {
  type MeasuredPictures,
  type PictureQuality,
  pictureError,
  pictureQuality,
} from './picture-quality.js';
export { type Saliency, type SaliencyOptions, saliencyMap } from './saliency.js';
export * from './summary/index.js';
export { type SvgToPngOptions, svgToPng } from './svg-to-png.js';
