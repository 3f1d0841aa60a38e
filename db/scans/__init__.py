"""What scans and bundles found: chunks, tracks, predictions."""
