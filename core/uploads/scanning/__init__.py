"""Reading trees of folders: what there is to upload, found by walking, and entered into the tracker."""
