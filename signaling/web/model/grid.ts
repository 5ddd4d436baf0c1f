/** How tiles stand in a box: so many columns and rows of one size. */
export interface Grid {
  readonly columns: number
  readonly rows: number
  readonly tileWidth: number
  readonly tileHeight: number
}

/** A face fits in anything between a phone held upright and a wide camera picture; where there is width, little is cut off. */
const narrowestAspect = { upright: 3 / 4, wide: 4 / 3 }
const widestAspect = 16 / 9

function gridWith(columns: number, count: number, box: { width: number; height: number; gap: number }): Grid {
  const rows = Math.ceil(count / columns)
  const cellWidth = Math.max(1, (box.width - box.gap * (columns - 1)) / columns)
  const cellHeight = Math.max(1, (box.height - box.gap * (rows - 1)) / rows)
  const narrowest = box.width < box.height ? narrowestAspect.upright : narrowestAspect.wide
  const tileWidth = Math.floor(Math.min(cellWidth, cellHeight * widestAspect))
  const tileHeight = Math.floor(Math.min(cellHeight, cellWidth / narrowest))
  return { columns, rows, tileWidth, tileHeight }
}

/**
 * The grid of `count` tiles that fills the box (CSS pixels) best without overflowing it: the most area a tile, counting what a picture
 * of 16:9 still shows of itself in a tile of that shape.
 */
export function gridOf(count: number, box: { width: number; height: number; gap: number }): Grid {
  const seen = ({ tileWidth, tileHeight }: Grid): number => {
    const shown = Math.min(1, tileWidth / tileHeight / widestAspect)
    return tileWidth * tileHeight * Math.sqrt(shown)
  }
  const grids = Array.from({ length: Math.max(1, count) }, (_, index) => gridWith(index + 1, Math.max(1, count), box))
  return grids.reduce((best, grid) => (seen(grid) > seen(best) ? grid : best))
}
