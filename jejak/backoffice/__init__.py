"""The frame of the back office: theme, menu, components, charts. It knows no business."""
