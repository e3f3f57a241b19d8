"""All that knows MLflow: tracking, versions, the store of models, promotion."""
