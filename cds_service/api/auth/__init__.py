"""Who may call: JWT client authentication as CDS Hooks describes it."""
