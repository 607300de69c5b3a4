<div class="panel">
  <h3>{$supportbridge_title|escape:'html':'UTF-8'}</h3>
  {foreach from=$supportbridge_findings item=finding}
    <div class="alert {if $finding.well}alert-success{else}alert-warning{/if}">{$finding.text|escape:'html':'UTF-8'}</div>
  {/foreach}
  <p class="help-block">{$supportbridge_uninstall|escape:'html':'UTF-8'}</p>
</div>
